/**
 * A lane out of its block: the other side of `html/lane.rs`, which draws what the columns mean.
 *
 * Twice through the segments in the order of entry: once for the shape of the forest, which says
 * how many numbers of each kind there are, and once for the numbers.
 */

import type { Head } from "./head.ts";
import type { Lane, Row } from "./recording.ts";
import { Column, LowBits, Varints, streams } from "./streams.ts";

/** This many children or more are written out. */
const MANY = 15;
const LIVES = 1;
const OVERTAKEN = 2;

/** Magnitudes are sorted by kind, then by callsite. */
const FIRST_GAP = 0;
const NEXT_GAP = 1;
const DURATION = 2;
const TAIL = 3;

interface Forest {
  /** The shape of each segment, and how many children it has. */
  shape: Uint32Array;
  children: Uint32Array;
  /** How many segments each depth has. */
  depths: number[];
  /** Where the magnitudes of each kind and callsite begin: kind × callsites + callsite. */
  runs: Uint32Array;
}

export function decodeLane(head: Head, index: number, firstMark: number, block: Uint8Array): Lane {
  const about = head.lanes[index];
  const [shapes, families, magnitudes, low, lives, markSites, markMagnitudes, markLow] = streams(block, 8);
  const forest = readForest(head, about.segments, new Varints(shapes), new Varints(families));
  const rows = forest.depths.map((length, depth) => emptyRow(length, depth, head.callsites.length));
  const overtaken = readTimes(head, forest, rows, magnitudes, new LowBits(low), new Varints(lives));
  return {
    index,
    number: about.lane,
    label: about.label,
    rows,
    segments: about.segments,
    marks: readMarks(about.marks, new Varints(markSites), new Column(markMagnitudes, markLow), head.resolution_ns),
    firstMark,
    overtaken,
  };
}

function emptyRow(length: number, depth: number, sites: number): Row {
  return {
    length,
    start: new Float64Array(length),
    end: new Float64Array(length),
    site: sites <= 65536 ? new Uint16Array(length) : new Uint32Array(length),
    parent: new Uint32Array(depth === 0 ? 0 : length),
    life: null,
  };
}

function readForest(head: Head, segments: number, shapes: Varints, families: Varints): Forest {
  const sites = head.callsites.length;
  const forest = { shape: new Uint32Array(segments), children: new Uint32Array(segments), depths: [] as number[], runs: new Uint32Array(4 * sites + 1) };
  const { depths, runs } = forest;
  // Of each open segment: how many children are still to come, and whether one has come.
  const left: number[] = [];
  const begun = [false];
  for (let at = 0; at < segments; at++) {
    const shape = shapes.next();
    const [site, few] = head.shapes[shape];
    const children = few < MANY ? few : few + families.next();
    forest.shape[at] = shape;
    forest.children[at] = children;
    while (left.length > 0 && left[left.length - 1] === 0) left.pop();
    const depth = left.length;
    depths[depth] = (depths[depth] ?? 0) + 1;
    if (depth > 0) left[depth - 1]--;
    // The place after a run, so that summing up gives where each begins.
    runs[(begun[depth] ? NEXT_GAP : FIRST_GAP) * sites + site + 1]++;
    runs[(children === 0 ? DURATION : TAIL) * sites + site + 1]++;
    begun[depth] = true;
    begun[depth + 1] = false;
    left.push(children);
  }
  for (let at = 1; at < runs.length; at++) runs[at] += runs[at - 1];
  return forest;
}

/** Fills the rows; says whether a segment ended after the one around it. */
function readTimes(head: Head, forest: Forest, rows: Row[], magnitudes: Uint8Array, low: LowBits, lives: Varints): boolean {
  const sites = head.callsites.length;
  const { shape: shapes, children, runs } = forest;
  const unit = head.resolution_ns;
  // How many segments each row has so far; the last of them is the open one.
  const filled = rows.map(() => 0);
  const left: number[] = [];
  const tails: number[] = [];
  // Where the last segment of each depth ended, or where the one around it started.
  const ends = [0];
  const begun = [false];
  let overtaken = false;
  let nextLife = 0;
  const close = () => {
    const depth = left.length - 1;
    const end = ends[depth + 1] + tails[depth];
    rows[depth].end[filled[depth] - 1] = end * unit;
    ends[depth] = end;
    left.pop();
  };
  for (let at = 0; at < shapes.length; at++) {
    while (left.length > 0 && left[left.length - 1] === 0) close();
    const [site, , bits] = head.shapes[shapes[at]];
    const depth = left.length;
    const row = rows[depth];
    const index = filled[depth]++;
    const gap = low.join(magnitudes[runs[(begun[depth] ? NEXT_GAP : FIRST_GAP) * sites + site]++]);
    const tail = low.join(magnitudes[runs[(children[at] === 0 ? DURATION : TAIL) * sites + site]++]);
    const start = ends[depth] + gap;
    row.start[index] = start * unit;
    row.site[index] = site;
    if (depth > 0) {
      row.parent[index] = filled[depth - 1] - 1;
      left[depth - 1]--;
    }
    begun[depth] = true;
    begun[depth + 1] = false;
    ends[depth + 1] = start;
    if ((bits & OVERTAKEN) !== 0) overtaken = true;
    tails[depth] = (bits & OVERTAKEN) !== 0 ? -tail : tail;
    left.push(children[at]);
    if ((bits & LIVES) !== 0) {
      const life = nextLife + lives.signed();
      nextLife = Math.max(nextLife, life + 1);
      row.life ??= new Int32Array(row.length).fill(-1);
      row.life[index] = life;
    }
  }
  while (left.length > 0) close();
  return overtaken;
}

function readMarks(length: number, sites: Varints, gaps: Column, unit: number): Lane["marks"] {
  const marks = { at: new Float64Array(length), site: new Uint32Array(length) };
  let at = 0;
  for (let index = 0; index < length; index++) {
    at += gaps.next();
    marks.at[index] = at * unit;
    marks.site[index] = sites.next();
  }
  return marks;
}
