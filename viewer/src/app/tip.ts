/**
 * A few lines beside the pointer.
 */

import { element } from "./elements.ts";

const AWAY = 14;

export class Tip {
  readonly element = element("div", { class: "tip", role: "tooltip" });

  constructor() {
    this.element.hidden = true;
  }

  /** Shows the lines, the first of them as a title, beside a point of the element around. */
  show(lines: string[] | null, x: number, y: number): void {
    this.element.hidden = !lines;
    if (!lines) return;
    this.element.replaceChildren(...lines.map((line) => element("p", {}, line)));
    const room = this.element.offsetParent as HTMLElement | null;
    const { offsetWidth, offsetHeight } = this.element;
    const left = x + AWAY + offsetWidth > (room?.clientWidth ?? Infinity) ? x - AWAY - offsetWidth : x + AWAY;
    const top = y + AWAY + offsetHeight > (room?.clientHeight ?? Infinity) ? y - AWAY - offsetHeight : y + AWAY;
    this.element.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
