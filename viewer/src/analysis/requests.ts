/**
 * Every request: a root span and all that descends from it. The rows of `spanfire requests`.
 */

import type { App } from "../app/app.ts";
import { type Families, familiesOf } from "../data/families.ts";
import { type FieldValue, PARENT_ROOT, type Recording } from "../data/recording.ts";
import type { ServedRequest } from "../data/served.ts";
import { fieldsOf } from "../data/span.ts";
import { ALWAYS, type Range } from "../state/state.ts";
import { mergedBy } from "./asked.ts";
import { Histogram } from "./histogram.ts";
import { type LaneObserver, type Open, meets, sweepLane } from "./lanesweep.ts";
import { sweepNarrowed } from "./narrowedsweep.ts";
import { type Narrowing, narrowingOf } from "./narrowing.ts";
import { showsOnCpu } from "./oncpu.ts";

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
  /** The parts of work on processors and not; 0 where not known. */
  cpu: number;
  blocked: number;
  spans: number;
  segments: number;
  threads: number;
  open: boolean;
}

const known = new WeakMap<Recording, { key: string; rows: RequestRow[] }>();

/** The requests of what is selected, by start. */
export function requests(app: App): RequestRow[] {
  const { served } = app.recording;
  const { range } = app.state;
  const narrowing = narrowingOf(app.state);
  if (served && app.recording.thinned) return servedRows(mergedBy(served, app.state).requests);
  const key = JSON.stringify([range, narrowing]);
  const kept = known.get(app.recording);
  if (kept?.key === key) return kept.rows;
  const rows = requestsOf(app.recording, range ?? ALWAYS, narrowing);
  if (showsOnCpu(app)) addOnCpu(app.recording, rows);
  known.set(app.recording, { key, rows });
  return rows;
}

/** What only the command knows, of all of the time. */
function addOnCpu({ head }: Recording, rows: RequestRow[]): void {
  const known = new Map(head.on_cpu?.map(([number, cpu, blocked]) => [number, { cpu, blocked }]));
  for (const row of rows) Object.assign(row, known.get(row.number));
}

/** What a server that sends only the slowest says of all: how many, and their lifetimes; `null` if each is here. */
export function allRequests(app: App): { count: number; lifetimes: Histogram } | null {
  const { served, thinned } = app.recording;
  const merged = served && thinned ? mergedBy(served, app.state) : null;
  if (!merged || merged.all_requests <= merged.requests.length) return null;
  return { count: merged.all_requests, lifetimes: Histogram.of(merged.lifetimes) };
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

export function requestsOf(recording: Recording, range: Range, narrowing: Narrowing | null = null): RequestRow[] {
  const tracker = new Tracker(recording, range);
  if (narrowing) tracker.sweepNarrowed(narrowing);
  else {
    for (const lane of recording.lanes) tracker.sweep(lane.index);
    tracker.addLives();
  }
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
    this.addSegment(open.note, this.lane);
    if (open.life < 0) row.spans++;
  }

  moment(top: Open, from: number, to: number): void {
    this.addMoment(top.note, from, to);
  }

  /** All that focus, ignore and hide leave. */
  sweepNarrowed(narrowing: Narrowing): void {
    const { families, rows } = this;
    const addSpan = (root: number) => {
      const row = rows[root];
      if (row) row.spans++;
    };
    sweepNarrowed(this.recording, this.range, narrowing, {
      moment: (owner, _path, from, to) => this.addMoment(owner.root, from, to),
      segment: ({ root, place }) => this.addSegment(root, place.lane),
      plain: ({ root }) => addSpan(root),
      lived: ({ life }) => addSpan(families.root[life]),
    });
  }

  /** Every life of the time. */
  addLives(): void {
    const { lives } = this.recording;
    for (let life = 0; life < lives.length; life++) {
      const row = this.rows[this.families.root[life]];
      if (row && lives.selected[life] && meets(lives.start[life], lives.end[life], this.range)) row.spans++;
    }
  }

  finish(): RequestRow[] {
    this.addBusy();
    const rows = this.rows.filter((row): row is RequestRow => row !== null && row.spans > 0);
    for (const row of rows) row.idle = Math.max(0, row.lifetime - row.busy);
    return rows.sort((a, b) => a.start - b.start || a.number - b.number);
  }

  private addSegment(root: number, lane: number): void {
    const row = this.rows[root];
    if (!row) return;
    row.segments++;
    if (this.lastLane[root] === lane) return;
    this.lastLane[root] = lane;
    row.threads++;
  }

  private addMoment(root: number, from: number, to: number): void {
    const row = this.rows[root];
    if (row) row.work += to - from;
    const last = this.runs.at(-1);
    if (last?.root === root && last.to === from) last.to = to;
    else this.runs.push({ root, from, to });
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
      cpu: 0,
      blocked: 0,
      spans: 0,
      segments: 0,
      threads: 0,
      open: lives.open[life] === 1,
    };
  }
}
