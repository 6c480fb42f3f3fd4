/**
 * Statistics per callsite, of what is selected: the rows of `spanfire top`.
 */

import type { App } from "../app/app.ts";
import type { StatisticsRow } from "../data/head.ts";
import { type Recording, firstAbove } from "../data/recording.ts";
import { ALWAYS, type Range } from "../state/state.ts";
import { mergedBy } from "./asked.ts";
import { Histogram } from "./histogram.ts";
import { meets } from "./lanesweep.ts";
import { type MergedTree, totals } from "./mergedtree.ts";
import { sweepNarrowed } from "./narrowedsweep.ts";
import { type Narrowing, narrowingOf } from "./narrowing.ts";
import { sweep } from "./sweep.ts";

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
  /** The parts of busy time on a processor and not; 0 where not known. */
  cpu: number;
  blocked: number;
  min: number;
  max: number;
  /** Busy time of each span. */
  histogram: Histogram;
}

/** The busy time that the share `q` of the spans does not exceed. */
export function quantile(row: SpanStatistics, q: number): number {
  return Math.min(row.max, Math.max(row.min, row.histogram.quantile(q)));
}

/** A row for each callsite with spans in what is selected, by self time. */
export function statistics(app: App, recording: Recording = app.recording): SpanStatistics[] {
  const { range } = app.state;
  const narrowing = narrowingOf(app.state);
  const { served } = recording;
  if (served) return rowsOf(mergedBy(served, app.state).statistics);
  if (!range && !narrowing) return rowsOf(recording.head.statistics);
  const key = JSON.stringify([range, narrowing]);
  const kept = known.get(recording);
  if (kept?.key === key) return kept.rows;
  const rows = narrowing ? measureNarrowed(recording, range ?? ALWAYS, narrowing) : measure(recording, range ?? ALWAYS);
  known.set(recording, { key, rows });
  return rows;
}

const known = new WeakMap<Recording, { key: string; rows: SpanStatistics[] }>();

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
    cpu: row.cpu_ns,
    blocked: row.blocked_ns,
    min: row.min_ns,
    max: row.max_ns,
    histogram: Histogram.of(row.buckets),
  }));
  read.set(rows, made);
  return made;
}

export function measure(recording: Recording, range: Range): SpanStatistics[] {
  const rows = recording.head.callsites.map((_, site) => emptyRow(site));
  const lives = new Float64Array(recording.lives.length);
  addSegments(recording, range, rows, lives);
  addLives(recording, range, rows, lives);
  addTree(sweep(recording, "thread", range), rows);
  return rows.filter((row) => row.spans > 0).sort((a, b) => b.self - a.self);
}

/** The same under focus, ignore and hide. */
export function measureNarrowed(recording: Recording, range: Range, narrowing: Narrowing): SpanStatistics[] {
  const rows = recording.head.callsites.map((_, site) => emptyRow(site));
  const { lives } = recording;
  const ran = runningTimes(recording, range);
  sweepNarrowed(recording, range, narrowing, {
    moment: (owner, _path, from, to) => (rows[owner.site].self += to - from),
    segment({ site }, busy, nonreentrant) {
      rows[site].segments++;
      rows[site].busy += busy;
      rows[site].nonreentrant += nonreentrant;
    },
    plain: ({ site }, busy) => addSpan(rows[site], busy),
    lived({ life, busy }) {
      addSpan(rows[lives.site[life]], busy);
      rows[lives.site[life]].idle += Math.max(0, clipped(lives.start[life], lives.end[life], range) - ran[life]);
    },
  });
  return rows.filter((row) => row.spans > 0).sort((a, b) => b.self - a.self);
}

/** How long each life ran within a time, selected or not. */
function runningTimes({ lives, lanes }: Recording, range: Range): Float64Array {
  const ran = new Float64Array(lives.length);
  for (let life = 0; life < lives.length; life++) {
    for (let at = 3 * lives.first[life]; at < 3 * lives.first[life + 1]; at += 3) {
      const { start, end } = lanes[lives.segments[at]].rows[lives.segments[at + 1]];
      const index = lives.segments[at + 2];
      ran[life] += clipped(start[index], end[index], range);
    }
  }
  return ran;
}

/** How much of a time is within a range. */
function clipped(start: number, end: number, [from, to]: Range): number {
  return Math.max(0, Math.min(end, to) - Math.max(start, from));
}

function emptyRow(site: number): SpanStatistics {
  return { site, spans: 0, segments: 0, busy: 0, self: 0, nonreentrant: 0, idle: 0, cpu: 0, blocked: 0, min: 0, max: 0, histogram: new Histogram() };
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
      const busy = clipped(start[at], end[at], range);
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
    row.idle += Math.max(0, clipped(start, end, range) - busy[life]);
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
