/**
 * The controls that merged graphs and tables share, and the keys that go with them.
 */

import { isNative, whyNotNative } from "../analysis/functions.ts";
import { knowsOnCpu, whyNotOnCpu } from "../analysis/oncpu.ts";
import type { App } from "../app/app.ts";
import { type Part, pattern, segments, text, together } from "../app/bar.ts";
import { button } from "../app/elements.ts";
import type { Key } from "../app/keys.ts";
import type { Site } from "../data/head.ts";
import type { Weight } from "../state/state.ts";

const WEIGHTS: readonly (readonly [Weight, string, string])[] = [
  ["busy", "Busy", "Time running"],
  ["idle", "Idle", "Time waiting"],
  ["count", "Count", "Number of spans"],
];
const ON_CPU: readonly (readonly [Weight, string, string])[] = [
  ["cpu", "CPU", "The part of time running in which the thread was on a processor"],
  ["blocked", "Blocked", "The part of time running in which the thread was not: it waited or was preempted"],
];

/** Those that the recording knows. */
function weightsOf(app: App): readonly (readonly [Weight, string, string])[] {
  return knowsOnCpu(app) ? [...WEIGHTS, ...ON_CPU] : WEIGHTS;
}

export function stacksPart(app: App): Part {
  return segments(app, "stacks", "Stacks", [
    ["thread", "By thread", "Physical stacks: what was entered on each thread"],
    ["span", "By parent", "Logical stacks: what each span belongs to, on whatever threads"],
  ]);
}

export function weightPart(app: App): Part {
  const whyNot = (weight: Weight) => (weight === "cpu" || weight === "blocked" ? whyNotOnCpu(app) : "");
  return segments<"weight">(app, "weight", "Weight", weightsOf(app), undefined, whyNot);
}

/** The switch that opens spans up by functions. */
export function nativePart(app: App): Part {
  const toggle = button("Functions", "", () => app.set({ native: !app.state.native, zoom: "" }));
  toggle.classList.add("toggle");
  return {
    element: toggle,
    draw() {
      const reason = whyNotNative(app);
      toggle.disabled = reason !== "";
      toggle.title = reason || "Open spans up by the functions that native samples saw in them (v)";
      toggle.setAttribute("aria-pressed", String(isNative(app)));
    },
  };
}

/** Why there are no functions where they were asked for. */
export function nativeLine(app: App): Part {
  return text("hint", () => (app.state.native ? whyNotNative(app) : ""));
}

export function directionPart(app: App): Part {
  return segments(app, "reversed", "Direction", [
    [false, "Forward", "Outermost frames first"],
    [true, "Reversed", "Innermost frames first: where the time went by itself, and who asked for it"],
  ]);
}

export function orientationPart(app: App): Part {
  return segments(app, "icicle", "Orientation", [
    [true, "Icicle", "The root at the top"],
    [false, "Flame", "The root at the bottom"],
  ]);
}

export function narrowingPart(app: App): Part {
  return together("narrowing", [
    pattern(app, "focus", "Focus: stacks with a matching frame alone"),
    pattern(app, "ignore", "Ignore: leave out stacks with a matching frame"),
    pattern(app, "hide", "Hide: take matching frames out of their stacks"),
  ]);
}

/** Keys for what the parts set; `site` is the frame at the cursor. */
export function graphKeys(app: App, site: () => Site | null): Key[] {
  const nextWeight = () => {
    const known = weightsOf(app).map(([weight]) => weight);
    return known[(known.indexOf(app.state.weight) + 1) % known.length];
  };
  return [
    { keys: ["b"], does: "The next weight", run: () => app.set({ weight: nextWeight() }) },
    { keys: ["l"], does: "Stacks by thread or by parent", run: () => app.set({ stacks: app.state.stacks === "thread" ? "span" : "thread" }) },
    { keys: ["v"], does: "With or without functions in spans", run: () => app.set({ native: !app.state.native, zoom: "" }) },
    ...narrowingKeys(app, "the frame at the cursor", site),
  ];
}

/** Keys that put what is chosen into focus, and so on. */
export function narrowingKeys(app: App, chosen: string, site: () => Site | null): Key[] {
  return [
    { keys: ["f"], does: `Focus on ${chosen}`, run: () => narrow(app, "focus", site()) },
    { keys: ["i"], does: `Ignore stacks with ${chosen}`, run: () => narrow(app, "ignore", site()) },
    { keys: ["h"], does: `Hide ${chosen}`, run: () => narrow(app, "hide", site()) },
    { keys: ["x"], does: "No focus, nothing ignored or hidden", run: () => app.set({ focus: "", ignore: "", hide: "", zoom: "" }) },
  ];
}

function narrow(app: App, how: "focus" | "ignore" | "hide", site: Site | null): void {
  if (!site) return;
  const exact = `^${site.name.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")}$`;
  const known = how === "focus" ? "" : app.state[how];
  app.set({ [how]: known === "" ? exact : `${known}|${exact}`, zoom: "" });
}
