/**
 * Every request: a root span and all that descends from it. The rows of `spanfire requests`.
 */

import type { App } from "../app/app.ts";
import { type Families, familiesOf } from "../data/families.ts";
import { type FieldValue, PARENT_ROOT, type Recording } from "../data/recording.ts";
import { NOTHING_YET, type ServedRequest } from "../data/served.ts";
import { fieldsOf } from "../data/span.ts";
import type { Range } from "../state/state.ts";
import { type LaneObserver, type Open, sweepLane } from "./lanesweep.ts";
import { meets } from "./sweep.ts";

export interface RequestRow {
  /** Its number in `spanfire requests`. */
  number: number;
  /** Its root; -1 where a server holds it. */
  life: number;
  site: number;
  start: number;
  lifetime: number;
  /** Time of its lifetime in which one of its spans ran on some thread. */
  busy: number;
  idle: number;
  /** Self time of all its spans, over all threads. */
  work: number;
  spans: number;
  segments: number;
  threads: number;
  open: boolean;
}

/** All of the time there is. */
const ALWAYS: Range = [0, Number.MAX_SAFE_INTEGER];

const known = new WeakMap<Recording, { range: Range; rows: RequestRow[] }>();

/** The requests of the selected time, by start. */
export function requests(app: App): RequestRow[] {
  const { served } = app.recording;
  if (served && app.recording.thinned) return servedRows((served.merged(app.state.range) ?? NOTHING_YET).requests);
  const range = app.state.range ?? ALWAYS;
  const kept = known.get(app.recording);
  if (kept?.range.join() === range.join()) return kept.rows;
  const rows = requestsOf(app.recording, range);
  known.set(app.recording, { range, rows });
  return rows;
}

const read = new WeakMap<readonly ServedRequest[], RequestRow[]>();

/** Rows as they came, read once: who has them knows them again. */
function servedRows(rows: readonly ServedRequest[]): RequestRow[] {
  const made = read.get(rows) ?? rows.map((row) => ({ ...row, life: -1 }));
  read.set(rows, made);
  return made;
}

/** The fields of a request's root. */
export function requestFields(recording: Recording, row: RequestRow): { name: string; value: FieldValue }[] {
  if (recording.served && row.life < 0) return recording.served.fields(row.number);
  return fieldsOf(recording, { life: row.life });
}

export function requestsOf(recording: Recording, range: Range): RequestRow[] {
  const tracker = new Tracker(recording, range);
  for (const lane of recording.lanes) tracker.sweep(lane.index);
  return tracker.finish();
}

/** An open segment's note is the root of its request. */
class Tracker implements LaneObserver {
  private readonly families: Families;
  private readonly rows: (RequestRow | null)[];
  private readonly lastLane: Int32Array;
  private lane = 0;
  /** Times in which a lane ran for a request, one lane after the other: root, from, to. */
  private readonly runs: { root: number; from: number; to: number }[] = [];

  constructor(
    private readonly recording: Recording,
    private readonly range: Range,
  ) {
    const { lives } = recording;
    this.families = familiesOf(recording);
    this.lastLane = new Int32Array(lives.length).fill(-1);
    this.rows = Array.from({ length: lives.length }, (_, life) => (lives.parentKind[life] === PARENT_ROOT ? this.emptyRow(life) : null));
  }

  sweep(lane: number): void {
    this.lane = lane;
    sweepLane(this.recording.lanes[lane], this.range, this);
  }

  entered(open: Open, _below: Open | null, around: Open | null): void {
    open.note = open.life >= 0 ? this.families.root[open.life] : (around?.note ?? -1);
    const row = this.rows[open.note];
    if (!row) return;
    const { start, end } = this.recording.lanes[this.lane].rows[open.depth];
    if (!meets(start[open.index], end[open.index], this.range)) return;
    row.segments++;
    if (open.life < 0) row.spans++;
    if (this.lastLane[open.note] !== this.lane) {
      this.lastLane[open.note] = this.lane;
      row.threads++;
    }
  }

  moment(top: Open, from: number, to: number): void {
    const row = this.rows[top.note];
    if (row) row.work += to - from;
    const last = this.runs.at(-1);
    if (last?.root === top.note && last.to === from) last.to = to;
    else this.runs.push({ root: top.note, from, to });
  }

  finish(): RequestRow[] {
    const { lives } = this.recording;
    for (let life = 0; life < lives.length; life++) {
      const row = this.rows[this.families.root[life]];
      if (row && lives.selected[life] && meets(lives.start[life], lives.end[life], this.range)) row.spans++;
    }
    this.addBusy();
    const rows = this.rows.filter((row): row is RequestRow => row !== null && row.spans > 0);
    for (const row of rows) row.idle = Math.max(0, row.lifetime - row.busy);
    return rows.sort((a, b) => a.start - b.start || a.number - b.number);
  }

  /** Adds up where at least one lane ran. */
  private addBusy(): void {
    const { lives } = this.recording;
    const until = new Float64Array(lives.length);
    for (const { root, from, to } of this.runs.sort((a, b) => a.from - b.from)) {
      const row = this.rows[root];
      if (!row) continue;
      const end = Math.min(to, lives.end[root]);
      row.busy += Math.max(0, end - Math.max(from, until[root]));
      until[root] = Math.max(until[root], end);
    }
  }

  private emptyRow(life: number): RequestRow {
    const { lives } = this.recording;
    const start = Math.min(Math.max(lives.start[life], this.range[0]), this.range[1]);
    const end = Math.min(Math.max(lives.end[life], this.range[0]), this.range[1]);
    return {
      number: lives.number[life],
      life,
      site: lives.site[life],
      start,
      lifetime: end - start,
      busy: 0,
      idle: 0,
      work: 0,
      spans: 0,
      segments: 0,
      threads: 0,
      open: lives.open[life] === 1,
    };
  }
}
