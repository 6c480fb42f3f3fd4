/**
 * What *About* says of measuring: what a probe costs, what recording took, and how samples were taken and join with the spans.
 */

import { count, counted, duration, exactDuration, finePercent, percent } from "../app/format.ts";
import type { Head, Info, Join, Probe, Sampling } from "../data/head.ts";

/** Rows of name and value: what a probe of each kind takes, as `info` says it. */
export function costOf({ probe_cost }: Info): string[][] {
  if (!probe_cost) return [];
  const { fields, reenter, samples } = probe_cost;
  const kinds = [["Plain span", probe_cost], ["Span with fields", fields], ["Entered once more", reenter]] as const;
  return [...kinds.flatMap(([name, probe]) => (probe ? [[name, probeWords(probe)]] : [])), ["Measured", `${count(samples)} times, of which the medians`]];
}

function probeWords(probe: Probe): string {
  const [inside, outside] = [probe.inside_median_ns ?? 0, probe.outside_median_ns ?? 0];
  const least = `at least ${tenths(probe.inside_min_ns)} and ${tenths(probe.outside_min_ns)}`;
  return `${tenths(inside + outside)}: ${tenths(inside)} inside it, ${tenths(outside)} in its parent (${least})`;
}

function tenths(ns: number | null): string {
  return `${(ns ?? 0).toFixed(1)} ns`;
}

/** Rows of name and value: what recording took of all that was entered; none where that is not known. */
export function takenOf({ trees, info }: Head): string[][] {
  const { busy_ns, compensated_ns, low_ns, high_ns } = trees.thread;
  if (!compensated_ns || !low_ns || !high_ns) return [];
  const [busy, ns, low, high] = [busy_ns, compensated_ns, low_ns, high_ns].map(sum);
  return [
    ["Entered", exactDuration(busy)],
    ["Taken by recording", `${duration(busy - ns)} (${duration(busy - high)} to ${duration(busy - low)}), ${finePercent((busy - ns) / busy)}`],
    ["Remains", `${exactDuration(ns)} (${duration(low)} to ${duration(high)})`],
    ["Of it waiting for the collector", duration(info.stalled_ns)],
  ];
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0);
}

/** Rows of name and value: how samples were taken, and what became of them. */
export function samplesOf({ info, native }: Head): string[][] {
  if (!info.sampling) return [];
  return [...takingOf(info.sampling), ...(native ? [...joinOf(native.join), ...native.notes.map((note) => ["Note", note])] : [])];
}

const METHODS = { none: "nothing", perf_events: "perf events", timer_signals: "timer signals" };

function takingOf(sampling: Sampling): string[][] {
  const { method, why, asked_hz, true_hz, samples, lost_samples, switches, lost_switches, throttled, user_ns } = sampling;
  const on = user_ns === null ? "on a processor" : "on a processor outside the kernel";
  const rate = true_hz === null ? `asked ${asked_hz} a second ${on}` : `${true_hz.toFixed(0)} a second ${on}, asked ${asked_hz}`;
  return [
    ["Taken by", METHODS[method]],
    ...(why === null ? [] : [["Why", why]]),
    ["Rate", rate],
    ["Samples", count(samples)],
    ["Lost", count(lost_samples)],
    ["Context switches", switches === null ? "not recorded" : `${count(switches)}, ${count(lost_switches)} lost`],
    ...(throttled > 0 ? [["Held back by the kernel", counted(throttled, "time")]] : []),
  ];
}

function joinOf(join: Join): string[][] {
  return [
    ["In spans", `${count(join.in_spans)}, of which ${count(join.profiler)} in recording itself`],
    ["Outside of spans", `${count(join.outside_spans)}, and ${count(join.without_lane)} of threads that recorded no span`],
    ["Without the span's function", count(join.uncut)],
    ["Clocks", verdictOf(join)],
  ];
}

function verdictOf({ verdict, checked, right_share, plateau_from_ns, plateau_to_ns, better_shift_ns }: Join): string {
  const right = `of ${counted(checked, "sample")} that can be checked, ${percent(right_share)} fell into a span whose function is in their stack`;
  if (verdict === "unproven") return `It is not known whether they agree: ${right}.`;
  if (verdict === "off") return `They are off: ${right}, and more with times moved by ${duration(better_shift_ns ?? 0)}.`;
  return `They agree: ${right}, and no shift is better; as good are ${duration(plateau_from_ns ?? 0)} to ${duration(plateau_to_ns ?? 0)}.`;
}
