/**
 * The columns of the table of names that two recordings have.
 */

import type { Column } from "../../app/datatable.ts";
import { count } from "../../app/format.ts";
import type { Compared, DiffData, MeasureDiff, NameDiff } from "../../data/diff.ts";
import type { Rgb } from "../../draw/palette.ts";
import { amount, changeText, differenceText, evidence, ratioText } from "./change.ts";
import type { Pair } from "./sides.ts";

/** The table's way to look at it. */
export interface NameView {
  compared(): Compared;
  share(): boolean;
  /** All of each side. */
  whole(): Pair;
  /** The names that are compared. */
  names(): readonly NameDiff[];
  colour(frame: number): Rgb;
}

/** What a name has on both sides. */
export function weightOf(name: NameDiff, compared: Compared): Pair {
  const { mean_idle: idle } = name.measures;
  switch (compared) {
    case "total":
      return [name.busy_before_ns, name.busy_after_ns];
    case "self":
      return [name.self_before_ns, name.self_after_ns];
    case "idle":
      return [idle.before_ns * name.spans_before, idle.after_ns * name.spans_after];
    case "count":
      return [name.spans_before, name.spans_after];
  }
}

/** The measure whose verdict stands for a weight. */
export function measureOf(name: NameDiff, compared: Compared): MeasureDiff {
  const { mean, mean_self, mean_idle } = name.measures;
  return compared === "self" ? mean_self : compared === "idle" ? mean_idle : mean;
}

export function nameColumns(diff: DiffData, view: NameView): Column<NameDiff>[] {
  const scaled = (name: NameDiff): Pair => {
    const [before, after] = weightOf(name, view.compared());
    const whole = view.whole();
    return view.share() ? [before / Math.max(1, whole[0]), after / Math.max(1, whole[1])] : [before, after];
  };
  const most = () => view.names().reduce((most, name) => Math.max(most, Math.abs(scaled(name)[1] - scaled(name)[0])), 1e-9);
  const side = (index: 0 | 1, key: string, title: string): Column<NameDiff> => ({
    key,
    title,
    note: `What is compared, ${key}`,
    text: (name) => (scaled(name)[index] > 0 ? amount(scaled(name)[index], view.compared(), view.share()) : "–"),
    value: (name) => scaled(name)[index],
  });
  const measure = (key: "mean" | "p50" | "p99", title: string, note: string): Column<NameDiff> => ({
    key,
    title,
    note,
    text: (name) => measureText(name.measures[key]),
    value: (name) => name.measures[key].ratio ?? ratioOf(name.measures[key]),
    tone: (name) => `verdict ${name.measures[key].verdict}`,
    hint: (name) => evidence(name.measures[key], diff.confidence),
  });
  return [
    {
      key: "name",
      title: "Name",
      note: "The name of the span",
      text: (name) => diff.frames[name.frame].name,
      value: (name) => diff.frames[name.frame].name,
      swatch: (name) => view.colour(name.frame),
      hint: (name) => placeOf(diff, name),
    },
    {
      key: "verdict",
      title: "Verdict",
      note: "Whether the change is more than noise and as large as counts",
      text: (name) => measureOf(name, view.compared()).verdict,
      value: (name) => measureOf(name, view.compared()).verdict,
      tone: (name) => `tag verdict ${measureOf(name, view.compared()).verdict}`,
      hint: (name) => evidence(measureOf(name, view.compared()), diff.confidence),
    },
    side(0, "before", "Before"),
    side(1, "after", "After"),
    {
      key: "difference",
      title: "Difference",
      note: "After − before",
      text: (name) => differenceText(scaled(name), view.compared(), view.share()),
      value: (name) => Math.abs(scaled(name)[1] - scaled(name)[0]),
      change: (name) => (scaled(name)[1] - scaled(name)[0]) / most(),
    },
    {
      key: "change",
      title: "Change",
      note: "After / before",
      text: (name) => changeText(scaled(name)),
      value: (name) => scaled(name)[1] / Math.max(1e-9, scaled(name)[0]),
    },
    {
      key: "spans",
      title: "Spans",
      note: "How many, before → after",
      text: (name) => `${count(name.spans_before)} → ${count(name.spans_after)}`,
      value: (name) => name.spans_after - name.spans_before,
    },
    measure("mean", "Mean", "How mean busy time changed, by the test where it could compare"),
    measure("p50", "p50", "How the median of busy time changed"),
    measure("p99", "p99", "How the 99th percentile of busy time changed"),
  ];
}

/** The test's ratio, which outliers do not make; of the values themselves where there is none. */
function measureText(measure: MeasureDiff): string {
  if (measure.verdict === "new" || measure.verdict === "gone") return "–";
  return ratioText(measure.ratio ?? ratioOf(measure));
}

function ratioOf({ before_ns, after_ns }: MeasureDiff): number {
  return after_ns === before_ns ? 1 : after_ns / Math.max(1, before_ns);
}

function placeOf(diff: DiffData, { frame }: NameDiff): string {
  const { name, target, file, line } = diff.frames[frame];
  return file === undefined ? `${target}::${name}` : `${target}::${name} (${file}:${line})`;
}
