/**
 * The switch that takes out what recording took, and the line that says how much that is.
 */

import { isCompensated, whyNot } from "../analysis/compensation.ts";
import type { Remains } from "../analysis/segmentcosts.ts";
import type { App } from "./app.ts";
import { type Part, text, together } from "./bar.ts";
import { button } from "./elements.ts";
import { duration, percent } from "./format.ts";
import type { Key } from "./keys.ts";

/** `all` is what the line is about, and `how` what is done with what recording took. */
export function compensatedPart(app: App, all: () => Remains, how = "taken out"): Part {
  const toggle = button("Compensated", "", () => app.set({ compensated: !app.state.compensated }));
  toggle.classList.add("toggle");
  const part: Part = {
    element: toggle,
    draw() {
      const reason = whyNot(app);
      toggle.disabled = reason !== "";
      toggle.title = reason || "Without what recording took (c)";
      toggle.setAttribute("aria-pressed", String(isCompensated(app)));
    },
  };
  return together("compensated", [part, text("hint", () => (isCompensated(app) ? `${takenShare(all())} ${how}` : ""))]);
}

export function compensatedKey(app: App): Key {
  return { keys: ["c"], does: "With or without what recording took", run: () => app.set({ compensated: !app.state.compensated }) };
}

/** Which share of it recording took. */
function takenShare({ raw, ns, low, high }: Remains): string {
  const share = (remains: number) => percent((raw - remains) / raw);
  return `${share(ns)} (${share(high)} to ${share(low)})`;
}

/** What remains, from where to where, and what was recorded. */
export function remainsWords({ raw, low, high }: Remains): string {
  return `from ${duration(low)} to ${duration(high)}; ${duration(raw)} as recorded`;
}
