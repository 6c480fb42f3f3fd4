/**
 * The switch that takes out what recording took, and the line that says how much that is.
 */

import { isCompensated, whyNot } from "../analysis/compensation.ts";
import type { Remains } from "../analysis/segmentcosts.ts";
import type { App } from "./app.ts";
import { type Part, text, together } from "./bar.ts";
import { button } from "./elements.ts";
import { duration, finePercent } from "./format.ts";
import type { Key } from "./keys.ts";

/** The switch, and the line beside it. */
export function compensatedPart(app: App, all: () => Remains, how?: string): Part {
  return together("compensated", [compensatedSwitch(app), compensatedLine(app, all, how)]);
}

export function compensatedSwitch(app: App): Part {
  const toggle = button("Compensated", "", () => app.set({ compensated: !app.state.compensated }));
  toggle.classList.add("toggle");
  return {
    element: toggle,
    draw() {
      const reason = whyNot(app);
      toggle.disabled = reason !== "";
      toggle.title = reason || "Without what recording took (c)";
      toggle.setAttribute("aria-pressed", String(isCompensated(app)));
    },
  };
}

/** How much of `all` recording took, and `how` that is dealt with; or why it is not, where that was asked for. */
export function compensatedLine(app: App, all: () => Remains, how = "taken out"): Part {
  return text("hint", () => {
    if (isCompensated(app)) return takenWords(all(), how);
    return app.state.compensated ? `${whyNot(app)} Nothing is taken out.` : "";
  });
}

export function compensatedKey(app: App): Key {
  return { keys: ["c"], does: "With or without what recording took", run: () => app.set({ compensated: !app.state.compensated }) };
}

function takenWords({ raw, ns, low, high }: Remains, how: string): string {
  const [taken, least, most] = [ns, high, low].map((remains) => duration(raw - remains));
  return `${taken} (${least} to ${most}) ${how}, ${finePercent((raw - ns) / raw)}`;
}

/** What remains, from where to where, and what was recorded. */
export function remainsWords({ raw, low, high }: Remains): string {
  return `from ${duration(low)} to ${duration(high)}; ${duration(raw)} as recorded`;
}
