/**
 * The frames around the one that a merged graph is zoomed to, each a way out.
 */

import { button, element } from "../app/elements.ts";
import type { Layout } from "./layout.ts";

export class Crumbs {
  readonly element = element("nav", { class: "crumbs", attributes: { "aria-label": "Zoomed to" } });
  private shown = "";

  constructor(
    private readonly all: string,
    private readonly zoomTo: (node: number) => void,
  ) {}

  draw(layout: Layout, zoom: number, name: (node: number) => string): void {
    const path = layout.path(zoom);
    const shown = path.map(name).join("\n");
    this.element.hidden = path.length === 0;
    if (shown === this.shown) return;
    this.shown = shown;
    const steps = path.map((node) => button(name(node), "Zoom out to here", () => this.zoomTo(node)));
    this.element.replaceChildren(button(this.all, "Zoom out to all (0)", () => this.zoomTo(0)), ...steps);
    this.element.scrollLeft = this.element.scrollWidth;
  }
}
