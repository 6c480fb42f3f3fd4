/**
 * A few lines beside the pointer.
 */

import type { App } from "../../app/app.ts";
import { element } from "../../app/elements.ts";
import { summaryOf } from "./details.ts";
import type { Box } from "./scene.ts";

const AWAY = 14;

export class Tip {
  readonly element = element("div", { class: "tip", role: "tooltip" });

  constructor() {
    this.element.hidden = true;
  }

  show(app: App, box: Box | null, x: number, y: number): void {
    this.element.hidden = !box;
    if (!box) return;
    this.element.replaceChildren(...summaryOf(app, box).map((line) => element("p", {}, line)));
    const room = this.element.offsetParent as HTMLElement | null;
    const left = x + AWAY + this.element.offsetWidth > (room?.clientWidth ?? Infinity) ? x - AWAY - this.element.offsetWidth : x + AWAY;
    const top = y + AWAY + this.element.offsetHeight > (room?.clientHeight ?? Infinity) ? y - AWAY - this.element.offsetHeight : y + AWAY;
    this.element.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
