/**
 * A stretch of time as a server shows it: the other side of `window` in `html/served.rs`.
 *
 * Pieces stand for one segment, or for several that begin in one pixel. A window is set into the
 * overview of all time, so that what is outside it is there, only coarser.
 */

import { type Lane, type Row, firstAbove } from "./recording.ts";

/** One row of a window. */
interface Pieces {
  start: Float64Array;
  end: Float64Array;
  site: Uint32Array;
  /** How many segments each piece stands for. */
  many: Uint32Array;
}

interface WindowLane {
  rows: Pieces[];
  marks: Lane["marks"];
}

export interface Window {
  from: number;
  to: number;
  lanes: WindowLane[];
}

interface WindowHead {
  from: number;
  to: number;
  lanes: { rows: number[]; marks: number }[];
}

/** Columns are views of the answer; nothing is copied. */
export function decodeWindow(buffer: ArrayBuffer): Window {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))) as WindowHead;
  let at = 8 + length;
  const doubles = (count: number) => new Float64Array(buffer, (at += 8 * count) - 8 * count, count);
  const words = (count: number) => new Uint32Array(buffer, (at += 4 * count) - 4 * count, count);
  const lanes = head.lanes.map(({ rows, marks }): WindowLane => {
    const pieces = rows.map((count) => ({ start: doubles(count), end: doubles(count), site: words(count), many: words(count) }));
    const lane = { rows: pieces, marks: { at: doubles(marks), site: words(marks) } };
    at = Math.ceil(at / 8) * 8;
    return lane;
  });
  return { from: head.from, to: head.to, lanes };
}

/** The rows of all time, as near as `near` in its part. */
export function setInto(overview: Window, near: Window | null): Window {
  if (!near) return overview;
  const lanes = overview.lanes.map(({ rows, marks }, index): WindowLane => {
    const fine = near.lanes[index];
    return { rows: rows.map((row, depth) => spliced(row, fine.rows[depth], near)), marks: splicedMarks(marks, fine.marks, near) };
  });
  return { from: overview.from, to: overview.to, lanes };
}

function spliced(coarse: Pieces, fine: Pieces, { from, to }: Window): Pieces {
  const first = fine.start.length > 0 ? Math.min(from, fine.start[0]) : from;
  const before = firstAbove(coarse.start, first - 1);
  // What begins in the window is in the window.
  const after = firstAbove(coarse.start, to - 1);
  const join = <T extends Float64Array | Uint32Array>(made: T, a: T, b: T): T => {
    made.set(a.subarray(0, before), 0);
    made.set(b, before);
    made.set(a.subarray(after), before + b.length);
    return made;
  };
  const length = before + fine.start.length + coarse.start.length - after;
  return {
    start: join(new Float64Array(length), coarse.start, fine.start),
    end: join(new Float64Array(length), coarse.end, fine.end),
    site: join(new Uint32Array(length), coarse.site, fine.site),
    many: join(new Uint32Array(length), coarse.many, fine.many),
  };
}

function splicedMarks(coarse: Lane["marks"], fine: Lane["marks"], { from, to }: Window): Lane["marks"] {
  const before = firstAbove(coarse.at, from - 1);
  const after = firstAbove(coarse.at, to - 1);
  return {
    at: Float64Array.of(...coarse.at.subarray(0, before), ...fine.at, ...coarse.at.subarray(after)),
    site: Uint32Array.of(...coarse.site.subarray(0, before), ...fine.site, ...coarse.site.subarray(after)),
  };
}

/** The rows of a lane as pages know them: every piece a plain span. */
export function rowsOf(lane: WindowLane): Row[] {
  const rows: Row[] = [];
  for (const { start, end, site, many } of lane.rows) {
    const above = rows.at(-1);
    rows.push({ length: start.length, start, end, site, many, life: null, parent: above ? parents(above.start, start) : new Uint32Array(0) });
  }
  return rows;
}

/** The last segment above that began before each piece. */
function parents(above: Float64Array, start: Float64Array): Uint32Array {
  const parent = new Uint32Array(start.length);
  let at = 0;
  for (let index = 0; index < start.length; index++) {
    while (at + 1 < above.length && above[at + 1] <= start[index]) at++;
    parent[index] = at;
  }
  return parent;
}
