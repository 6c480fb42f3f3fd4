/**
 * What *About* says of measuring: what recording took, and how samples were taken and join with the spans.
 */

import { count, counted, duration, exactDuration, percent } from "../app/format.ts";
import type { Head, Join, Sampling } from "../data/head.ts";

/** Rows of name and value: what recording took of all that was entered; none where that is not known. */
export function takenOf({ trees, info }: Head): string[][] {
  const { busy_ns, compensated_ns, low_ns, high_ns } = trees.thread;
  if (!compensated_ns || !low_ns || !high_ns) return [];
  const [busy, ns, low, high] = [busy_ns, compensated_ns, low_ns, high_ns].map(sum);
  return [
    ["Entered", exactDuration(busy)],
    ["Taken by recording", `${duration(busy - ns)}, ${percent((busy - ns) / busy)} (${percent((busy - high) / busy)} to ${percent((busy - low) / busy)})`],
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
  const right = `${percent(right_share)} of ${count(checked)} that can be checked are right`;
  if (verdict === "unproven") return `unproven: too few samples can be checked (${count(checked)})`;
  if (verdict === "off") return `off: ${right}, and more with times moved by ${duration(better_shift_ns ?? 0)}`;
  return `agree: ${right}, none more from ${duration(plateau_from_ns ?? 0)} to ${duration(plateau_to_ns ?? 0)}`;
}
