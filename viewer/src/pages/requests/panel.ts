/**
 * The chosen request beside the list: what it is compared with, and how it differs.
 */

import type { RequestRow } from "../../analysis/requests.ts";
import type { App } from "../../app/app.ts";
import { button, element } from "../../app/elements.ts";
import { duration } from "../../app/format.ts";
import { type ComparedFrame, comparisonTable, signed } from "./comparison.ts";

export interface PanelTarget {
  open(row: RequestRow): void;
  /** Keeps the chosen request as what others are compared with. */
  pin(): void;
  unpin(): void;
}

export class Panel {
  readonly element = element("aside", { class: "panel", attributes: { "aria-label": "Chosen request" } });
  private shown = "";

  constructor(
    private readonly app: App,
    private readonly target: PanelTarget,
  ) {}

  draw(one: RequestRow | undefined, other: RequestRow | undefined, kind: string | undefined, frames: readonly ComparedFrame[]): void {
    const { app } = this;
    const shown = [one?.number, one?.life, other?.number, other?.life, app.state.compare, app.isDark, app.state.colour, app.state.range?.join()].join(" ");
    if (this.shown === shown) return;
    this.shown = shown;
    if (!one || !other) {
      this.element.replaceChildren(element("p", { class: "hint" }, "Choose a request to see how it differs from others of its kind."));
      return;
    }
    const isPinned = app.state.compare > 0 && other.number === app.state.compare;
    this.element.replaceChildren(
      this.heading(one, other, kind ?? "", isPinned),
      one.life >= 0 && other.life >= 0
        ? element("div", { class: "datatable" }, comparisonTable(app, frames))
        : element("p", { class: "hint" }, "Its spans are on the server: select a shorter time to compare requests in it."),
    );
    this.element.scrollTop = 0;
  }

  private heading(one: RequestRow, other: RequestRow, kind: string, isPinned: boolean): HTMLElement {
    const { target } = this;
    const isSame = one.number === other.number;
    const against = isPinned ? `the pinned request ${other.number}` : `request ${other.number}, the median of its kind`;
    const lines = [
      element("h2", {}, `Request ${one.number}: ${kind}`),
      element(
        "p",
        {},
        element("b", {}, duration(one.lifetime)),
        isSame ? ` – this is ${isPinned ? "the pinned request" : "the median of its kind"} itself` : `, ${signed(one.lifetime - other.lifetime)} against ${against} with ${duration(other.lifetime)}`,
      ),
    ];
    const buttons = element(
      "p",
      { class: "links" },
      button("Open in the chart", "Its spans on one time axis (Enter)", () => target.open(one)),
      isPinned
        ? button("Compare with the median", "Compare with the median of its kind (m)", () => target.unpin())
        : button("Compare others with this", "Keep it as the other side, then choose another request (c)", () => target.pin()),
      isSame ? null : button(`Go to ${other.number}`, "Choose the other request", () => this.app.set({ request: other.number })),
    );
    return element("div", { class: "panelhead" }, ...lines, buttons);
  }
}
