/**
 * What is known of one span.
 */

import { type FieldColumn, type FieldValue, type Place, type Recording, type Span, PARENT_AROUND, PARENT_LIFE, PROBE_PLAIN, PROBE_REENTER, firstAbove, inside, spanAt } from "./recording.ts";

/** A span's name in the state: `life` or `lane.depth.index`. */
export function spanKey(span: Span | null): string {
  if (!span) return "";
  return "life" in span ? `${span.life}` : `${span.lane}.${span.depth}.${span.index}`;
}

/** The span of that name, if the recording has it. */
export function spanOfKey(recording: Recording, key: string): Span | null {
  const parts = key === "" ? [] : key.split(".").map(Number);
  if (parts.length === 1 && parts[0] in recording.lives.site) return { life: parts[0] };
  if (parts.length !== 3) return null;
  const [lane, depth, index] = parts;
  const row = recording.lanes[lane]?.rows[depth];
  return row && index in row.start ? spanAt(recording, { lane, depth, index }) : null;
}

export function siteOf(recording: Recording, span: Span): number {
  if ("life" in span) return recording.lives.site[span.life];
  return recording.lanes[span.lane].rows[span.depth].site[span.index];
}

/** How many spans it stands for: more than one where a server has put short ones together. */
export function manyOf(recording: Recording, span: Span): number {
  if ("life" in span) return 1;
  return recording.lanes[span.lane].rows[span.depth].many?.[span.index] ?? 1;
}

/** From creation to close. */
export function lifetimeOf(recording: Recording, span: Span): [number, number] {
  if ("life" in span) return [recording.lives.start[span.life], recording.lives.end[span.life]];
  const row = recording.lanes[span.lane].rows[span.depth];
  return [row.start[span.index], row.end[span.index]];
}

/** The places of its segments, by start. */
export function segmentsOf(recording: Recording, span: Span): Place[] {
  if (!("life" in span)) return [span];
  const { first, segments } = recording.lives;
  const places: Place[] = [];
  for (let at = 3 * first[span.life]; at < 3 * first[span.life + 1]; at += 3) {
    places.push({ lane: segments[at], depth: segments[at + 1], index: segments[at + 2] });
  }
  return places;
}

/** The sum of its segments. */
export function busyOf(recording: Recording, span: Span): number {
  return segmentsOf(recording, span).reduce((sum, place) => {
    const row = recording.lanes[place.lane].rows[place.depth];
    return sum + row.end[place.index] - row.start[place.index];
  }, 0);
}

/** Its segments without what ran inside them. */
export function selfOf(recording: Recording, span: Span): number {
  return segmentsOf(recording, span).reduce((sum, place) => sum + selfOfSegment(recording, place), 0);
}

function selfOfSegment(recording: Recording, { lane, depth, index }: Place): number {
  const { rows } = recording.lanes[lane];
  const row = rows[depth];
  const below = rows[depth + 1];
  let left = row.end[index] - row.start[index];
  const [from, to] = inside(recording.lanes[lane], depth, index);
  for (let child = from; child < to; child++) left -= Math.min(below.end[child], row.end[index]) - below.start[child];
  return left;
}

/** The span that a segment is directly inside of. */
export function spanAround(recording: Recording, { lane, depth, index }: Place): Span | null {
  if (depth === 0) return null;
  const around = { lane, depth: depth - 1, index: recording.lanes[lane].rows[depth].parent[index] };
  return spanAt(recording, around);
}

/** Its logical parent; `null` for the root of a request. */
export function parentOf(recording: Recording, span: Span): Span | null {
  if (!("life" in span)) return spanAround(recording, span);
  const { parentKind, parent } = recording.lives;
  if (parentKind[span.life] === PARENT_LIFE) return { life: parent[span.life] };
  if (parentKind[span.life] === PARENT_AROUND) return spanAround(recording, segmentsOf(recording, span)[0]);
  return null;
}

/** The root of its request. */
export function rootOf(recording: Recording, span: Span): Span {
  let root = span;
  for (let parent: Span | null = span; parent; parent = parentOf(recording, parent)) root = parent;
  return root;
}

/** `PROBE_…` of a segment. */
export function probeOf({ lives, lanes }: Recording, { lane, depth, index }: Place): number {
  const life = lanes[lane].rows[depth].life?.[index] ?? -1;
  if (life < 0) return PROBE_PLAIN;
  const first = 3 * lives.firstLeft[life];
  const isFirst = lives.segments[first] === lane && lives.segments[first + 1] === depth && lives.segments[first + 2] === index;
  return isFirst ? lives.probe[life] : PROBE_REENTER;
}

/** Its fields, as they were recorded. */
export function fieldsOf(recording: Recording, span: Span): Field[] {
  return "life" in span ? fieldsIn(recording.fields, span.life) : [];
}

/** The fields of an instant, by its number among those of all lanes. */
export function markFieldsOf(recording: Recording, mark: number): Field[] {
  return fieldsIn(recording.markFields, mark);
}

export interface Field {
  name: string;
  value: FieldValue;
}

/** An instant in words: its message, or else its name; then its other fields. */
export function wordsOf(recording: Recording, { lane, index }: MarkPlace): string[] {
  const { marks, firstMark } = recording.lanes[lane];
  const fields = markFieldsOf(recording, firstMark + index);
  const message = fields.find(({ name }) => name === "message");
  const said = message ? String(message.value) : recording.head.callsites[marks.site[index]].name;
  return [said, ...fields.filter((field) => field !== message).map(({ name, value }) => `${name}=${value}`)];
}

function fieldsIn(columns: readonly FieldColumn[], owner: number): Field[] {
  return columns.flatMap(({ name, owners, values }) => {
    const row = lowerBound(owners, owner);
    return owners[row] === owner ? [{ name, value: values[row] }] : [];
  });
}

/** The spans it follows from, and those that follow from it. */
export function linksOf({ lives }: Recording, span: Span): { causes: Span[]; effects: Span[] } {
  if (!("life" in span)) return { causes: [], effects: [] };
  const { life, cause } = lives.follows;
  const causes: Span[] = [];
  for (let row = lowerBound(life, span.life); life[row] === span.life; row++) causes.push({ life: cause[row] });
  const effects: Span[] = [];
  cause.forEach((of, row) => {
    if (of === span.life) effects.push({ life: life[row] });
  });
  return { causes, effects };
}

/** An instant: its place among those of a lane. */
export interface MarkPlace {
  lane: number;
  index: number;
}

/** The instants in which it was the innermost span of their thread, at most so many. */
export function instantsOf(recording: Recording, span: Span, most: number): MarkPlace[] {
  const found: MarkPlace[] = [];
  for (const { lane: number, depth, index } of segmentsOf(recording, span)) {
    const lane = recording.lanes[number];
    const { at } = lane.marks;
    const { start, end } = lane.rows[depth];
    const below = lane.rows[depth + 1];
    for (let mark = lowerBound(at, start[index]); mark < at.length && at[mark] < end[index] && found.length < most; mark++) {
      const child = below ? firstAbove(below.start, at[mark]) - 1 : -1;
      const isInside = child >= 0 && below.parent[child] === index && below.end[child] > at[mark];
      if (!isInside) found.push({ lane: number, index: mark });
    }
  }
  return found;
}

function lowerBound(values: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
