/**
 * The names of two recordings of which a part is selected: what each has there before and after.
 *
 * Nothing is tested: the test takes spans of a whole recording in batches.
 */

import { Histogram } from "../../analysis/histogram.ts";
import { type SpanStatistics, quantile, statistics } from "../../analysis/statistics.ts";
import type { App } from "../../app/app.ts";
import type { DiffData, MeasureDiff, NameDiff, Verdict } from "../../data/diff.ts";

export function partNames(app: App, diff: DiffData): NameDiff[] {
  const [before, after] = ([0, 1] as const).map((side) => byFrame(statistics(app, app.recordings[side]), diff.sites[side]));
  const frames = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
  return frames.map((frame) => nameOf(frame, before.get(frame), after.get(frame)));
}

/** The rows of each frame as one. */
function byFrame(rows: readonly SpanStatistics[], sites: readonly (number | null)[]): Map<number, SpanStatistics> {
  const frames = new Map<number, SpanStatistics>();
  for (const row of rows) {
    const frame = sites[row.site];
    if (frame === null || frame === undefined) continue;
    const known = frames.get(frame);
    frames.set(frame, known ? both(known, row) : row);
  }
  return frames;
}

function both(one: SpanStatistics, other: SpanStatistics): SpanStatistics {
  return {
    site: one.site,
    spans: one.spans + other.spans,
    segments: one.segments + other.segments,
    busy: one.busy + other.busy,
    self: one.self + other.self,
    nonreentrant: one.nonreentrant + other.nonreentrant,
    idle: one.idle + other.idle,
    cpu: one.cpu + other.cpu,
    blocked: one.blocked + other.blocked,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
    histogram: Histogram.sum(one.histogram, other.histogram),
  };
}

function nameOf(frame: number, before: SpanStatistics | undefined, after: SpanStatistics | undefined): NameDiff {
  const verdict: Verdict = !before ? "new" : !after ? "gone" : "untested";
  const of = (ns: (row: SpanStatistics) => number): [number, number] => [before ? ns(before) : 0, after ? ns(after) : 0];
  const measure = (ns: (row: SpanStatistics) => number): MeasureDiff => untested(of((row) => Math.round(ns(row))), verdict);
  const [spans, busy, self] = [of((row) => row.spans), of((row) => row.busy), of((row) => row.self)];
  return {
    frame,
    verdict,
    ...{ spans_before: spans[0], spans_after: spans[1] },
    ...{ busy_before_ns: busy[0], busy_after_ns: busy[1] },
    ...{ self_before_ns: self[0], self_after_ns: self[1] },
    measures: {
      mean: measure((row) => row.busy / row.spans),
      mean_self: measure((row) => row.self / row.spans),
      mean_idle: untested(of((row) => row.idle / row.spans), verdict),
      p50: measure((row) => quantile(row, 0.5)),
      p99: measure((row) => quantile(row, 0.99)),
    },
  };
}

function untested([before_ns, after_ns]: [number, number], verdict: Verdict): MeasureDiff {
  return {
    ...{ before_ns, after_ns, ratio: null, low: null, high: null, p: null, adjusted_p: null },
    ...{ compared: null, compared_before: null, compared_after: null, verdict },
  };
}
