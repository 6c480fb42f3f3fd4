/**
 * Lives and their fields out of their blocks: the other side of `html/lives.rs` and `fields.rs`.
 */

import type { FieldHead, Head } from "./head.ts";
import type { FieldColumn, FieldValue, Lane, Lives } from "./recording.ts";
import { Column, Varints, streams } from "./streams.ts";

const PARENT = 3;
const OPEN = 4;
const UNSELECTED = 8;
const NEVER_RAN = 16;
/** The bits from here on are `PROBE_…`. */
const PROBE_AT = 5;

/** The lives, whose segments the lanes already name. */
export function decodeLives(head: Head, lanes: Lane[], block: Uint8Array): Lives {
  const [kinds, sites, parents, numbers, numbersLow, before, beforeLow, after, afterLow, follows] = streams(block, 10);
  const lives = emptyLives(head.lives);
  lives.follows = decodeFollows(new Varints(follows));
  collectSegments(lives, lanes);
  const site = new Varints(sites);
  const parent = new Varints(parents);
  const number = new Column(numbers, numbersLow);
  const lead = new Column(before, beforeLow);
  const trail = new Column(after, afterLow);
  const unit = head.resolution_ns;
  let lastNumber = 0;
  let lastStart = 0;
  for (let life = 0; life < lives.length; life++) {
    const kind = kinds[life];
    lives.open[life] = (kind & OPEN) !== 0 ? 1 : 0;
    lives.selected[life] = (kind & UNSELECTED) !== 0 ? 0 : 1;
    lives.parentKind[life] = kind & PARENT;
    lives.probe[life] = kind >> PROBE_AT;
    if ((kind & PARENT) === 0) lives.number[life] = lastNumber += number.next();
    if ((kind & PARENT) === 2) lives.parent[life] = life - parent.next();
    if ((kind & NEVER_RAN) !== 0) {
      lives.site[life] = site.next();
      lastStart += lead.signed();
      lives.start[life] = lastStart * unit;
      lives.end[life] = (lastStart + trail.signed()) * unit;
    } else {
      lives.start[life] -= lead.signed() * unit;
      lives.end[life] += trail.signed() * unit;
    }
  }
  return lives;
}

function decodeFollows(numbers: Varints): Lives["follows"] {
  const life: number[] = [];
  const cause: number[] = [];
  for (let last = 0; !numbers.ended; ) {
    last += numbers.next();
    life.push(last);
    cause.push(last - numbers.signed());
  }
  return { life: Uint32Array.from(life), cause: Uint32Array.from(cause) };
}

function emptyLives(length: number): Lives {
  return {
    length,
    site: new Uint32Array(length),
    start: new Float64Array(length).fill(Infinity),
    end: new Float64Array(length).fill(-Infinity),
    parentKind: new Uint8Array(length),
    parent: new Int32Array(length).fill(-1),
    number: new Float64Array(length),
    open: new Uint8Array(length),
    selected: new Uint8Array(length),
    probe: new Uint8Array(length),
    firstLeft: new Uint32Array(length),
    first: new Uint32Array(length + 1),
    segments: new Uint32Array(0),
    follows: { life: new Uint32Array(0), cause: new Uint32Array(0) },
  };
}

/** Lists each life's segments by start, and sets where the first starts and the last ends. */
function collectSegments(lives: Lives, lanes: Lane[]): void {
  for (const row of lanes.flatMap((lane) => lane.rows)) {
    row.life?.forEach((life, index) => {
      if (life < 0) return;
      lives.first[life + 1]++;
      lives.site[life] = row.site[index];
      lives.start[life] = Math.min(lives.start[life], row.start[index]);
      lives.end[life] = Math.max(lives.end[life], row.end[index]);
    });
  }
  for (let life = 0; life < lives.length; life++) lives.first[life + 1] += lives.first[life];
  lives.segments = new Uint32Array(3 * lives.first[lives.length]);
  const next = lives.first.slice(0, lives.length);
  for (const lane of lanes) {
    lane.rows.forEach((row, depth) =>
      row.life?.forEach((life, index) => {
        if (life >= 0) lives.segments.set([lane.index, depth, index], 3 * next[life]++);
      }),
    );
  }
  sortSegments(lives, lanes);
  findFirstLeft(lives, lanes);
}

/** Two threads may have entered a span at once. */
function findFirstLeft(lives: Lives, lanes: Lane[]): void {
  const end = (at: number) => lanes[lives.segments[3 * at]].rows[lives.segments[3 * at + 1]].end[lives.segments[3 * at + 2]];
  for (let life = 0; life < lives.length; life++) {
    let first = lives.first[life];
    for (let at = first + 1; at < lives.first[life + 1]; at++) if (end(at) < end(first)) first = at;
    lives.firstLeft[life] = first;
  }
}

/** Within a lane and a depth they are in order already; few lives have more than one place. */
function sortSegments(lives: Lives, lanes: Lane[]): void {
  const start = (at: number) => lanes[lives.segments[at]].rows[lives.segments[at + 1]].start[lives.segments[at + 2]];
  for (let life = 0; life < lives.length; life++) {
    const from = 3 * lives.first[life];
    const to = 3 * lives.first[life + 1];
    let sorted = true;
    for (let at = from + 3; at < to; at += 3) sorted &&= start(at - 3) <= start(at);
    if (sorted) continue;
    const places: number[] = [];
    for (let at = from; at < to; at += 3) places.push(at);
    places.sort((a, b) => start(a) - start(b));
    const ordered = places.flatMap((at) => [...lives.segments.subarray(at, at + 3)]);
    lives.segments.set(ordered, from);
  }
}

/** The fields of lives, and of instants. */
export function decodeFields(head: Head, block: Uint8Array): { ofLives: FieldColumn[]; ofMarks: FieldColumn[] } {
  const heads = [...head.fields, ...head.mark_fields];
  const numbers = streams(block, 2 * heads.length);
  const columns = heads.map((field, index) => decodeColumn(field, new Varints(numbers[2 * index]), new Varints(numbers[2 * index + 1])));
  return { ofLives: columns.slice(0, head.fields.length), ofMarks: columns.slice(head.fields.length) };
}

function decodeColumn(field: FieldHead, places: Varints, numbers: Varints): FieldColumn {
  const owners = new Uint32Array(field.rows);
  const values: FieldValue[] = new Array(field.rows);
  let owner = 0;
  let last = 0;
  for (let row = 0; row < field.rows; row++) {
    owner += places.next();
    owners[row] = owner;
    if (field.kind === "number") values[row] = last += numbers.signed();
    else values[row] = field.texts[numbers.next()];
  }
  return { name: field.name, owners, values };
}
