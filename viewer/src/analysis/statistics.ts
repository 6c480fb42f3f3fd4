/**
 * Statistics per callsite, of all of the time or of a selected one: the rows of `spanfire top`.
 */

import type { App } from "../app/app.ts";
import type { StatisticsRow } from "../data/head.ts";
import { type Recording, firstAbove } from "../data/recording.ts";
import { NOTHING_YET } from "../data/served.ts";
import type { Range } from "../state/state.ts";
import { Histogram } from "./histogram.ts";
import { type MergedTree, totals } from "./mergedtree.ts";
import { meets, sweep } from "./sweep.ts";

export interface SpanStatistics {
  site: number;
  spans: number;
  segments: number;
  /** Sum of all segments, recursion counted as often as it occurs. */
  busy: number;
  self: number;
  /** The same with recursion counted once. */
  nonreentrant: number;
  idle: number;
  min: number;
  max: number;
  /** Busy time of each span. */
  histogram: Histogram;
}

/** The busy time that the share `q` of the spans does not exceed. */
export function quantile(row: SpanStatistics, q: number): number {
  return Math.min(row.max, Math.max(row.min, row.histogram.quantile(q)));
}

/** A row for each callsite with spans in the selected time, by self time. */
export function statistics(app: App): SpanStatistics[] {
  const { range } = app.state;
  const { served } = app.recording;
  if (served) return rowsOf((served.merged(range) ?? NOTHING_YET).statistics);
  return range ? ofRange(app.recording, range) : ofAll(app.recording);
}

const known = new WeakMap<Recording, { all?: SpanStatistics[]; range?: Range; rows?: SpanStatistics[] }>();

function ofAll(recording: Recording): SpanStatistics[] {
  const kept = known.get(recording) ?? {};
  known.set(recording, kept);
  return (kept.all ??= rowsOf(recording.head.statistics));
}

const read = new WeakMap<readonly StatisticsRow[], SpanStatistics[]>();

/** Rows as they came, read once: who has them knows them again. */
function rowsOf(rows: readonly StatisticsRow[]): SpanStatistics[] {
  const made = read.get(rows) ?? rows.map((row) => ({
    site: row.site,
    spans: row.spans,
    segments: row.segments,
    busy: row.busy_ns,
    self: row.self_ns,
    nonreentrant: row.nonreentrant_ns,
    idle: row.idle_ns,
    min: row.min_ns,
    max: row.max_ns,
    histogram: Histogram.of(row.buckets),
  }));
  read.set(rows, made);
  return made;
}

function ofRange(recording: Recording, range: Range): SpanStatistics[] {
  const kept = known.get(recording) ?? {};
  known.set(recording, kept);
  if (!kept.rows || kept.range?.join() !== range.join()) {
    kept.range = range;
    kept.rows = measure(recording, range);
  }
  return kept.rows;
}

export function measure(recording: Recording, range: Range): SpanStatistics[] {
  const rows = recording.head.callsites.map((_, site) => emptyRow(site));
  const lives = new Float64Array(recording.lives.length);
  addSegments(recording, range, rows, lives);
  addLives(recording, range, rows, lives);
  addTree(sweep(recording, "thread", range), rows);
  return rows.filter((row) => row.spans > 0).sort((a, b) => b.self - a.self);
}

function emptyRow(site: number): SpanStatistics {
  return { site, spans: 0, segments: 0, busy: 0, self: 0, nonreentrant: 0, idle: 0, min: 0, max: 0, histogram: new Histogram() };
}

function addSpan(row: SpanStatistics, busy: number): void {
  row.min = row.spans === 0 ? busy : Math.min(row.min, busy);
  row.max = Math.max(row.max, busy);
  row.spans++;
  row.histogram.add(busy);
}

function addSegments(recording: Recording, range: Range, rows: SpanStatistics[], lives: Float64Array): void {
  for (const { start, end, site, life, length } of recording.lanes.flatMap((lane) => lane.rows)) {
    const first = Math.max(0, firstAbove(start, range[0] - 1) - 1);
    for (let at = first; at < length && start[at] < range[1]; at++) {
      if (!meets(start[at], end[at], range)) continue;
      const busy = Math.max(0, Math.min(end[at], range[1]) - Math.max(start[at], range[0]));
      const row = rows[site[at]];
      row.segments++;
      row.busy += busy;
      if (life && life[at] >= 0) lives[life[at]] += busy;
      else addSpan(row, busy);
    }
  }
}

function addLives({ lives }: Recording, range: Range, rows: SpanStatistics[], busy: Float64Array): void {
  for (let life = 0; life < lives.length; life++) {
    const [start, end] = [lives.start[life], lives.end[life]];
    if (!lives.selected[life] || !meets(start, end, range)) continue;
    const row = rows[lives.site[life]];
    addSpan(row, busy[life]);
    row.idle += Math.max(0, Math.min(end, range[1]) - Math.max(start, range[0]) - busy[life]);
  }
}

/** Self time, and time on the stack at all, from the merged graph. */
function addTree(tree: MergedTree, rows: SpanStatistics[]): void {
  const total = totals(tree, "busy");
  for (let node = 1; node < tree.length; node++) {
    const row = rows[tree.site[node]];
    row.self += tree.busy[node];
    if (!isRecursive(tree, node)) row.nonreentrant += total[node];
  }
}

function isRecursive(tree: MergedTree, node: number): boolean {
  for (let at = tree.parent[node]; at !== 0; at = tree.parent[at]) if (tree.site[at] === tree.site[node]) return true;
  return false;
}
