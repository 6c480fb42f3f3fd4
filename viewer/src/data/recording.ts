/**
 * A recording in memory: typed arrays, in ns since the recording's start.
 *
 * A *row* is one depth of one lane: segments that never overlap, in the order of time. A *span* is
 * either one segment (plain: created when entered, closed when left, child of the span around it)
 * or a *life*, which has any number of segments on any lanes.
 */

import type { DiffData } from "./diff.ts";
import type { ExperimentData } from "./experiment.ts";
import type { Head } from "./head.ts";
import type { Server } from "./served.ts";

/** One depth of one lane. */
export interface Row {
  length: number;
  start: Float64Array;
  end: Float64Array;
  site: Uint16Array | Uint32Array;
  /** The index of the segment around, in the row above; never decreasing. */
  parent: Uint32Array;
  /** The life a segment belongs to, -1 for a plain span; `null` if all are plain. */
  life: Int32Array | null;
  /** How many segments each stands for, where a server has put short ones together. */
  many?: Uint32Array;
}

/** One thread. */
export interface Lane {
  /** Its place in `Recording.lanes`. */
  index: number;
  /** Its number in the recording. */
  number: number;
  label: string;
  rows: Row[];
  segments: number;
  marks: { at: Float64Array; site: Uint32Array };
  /** The number of its first instant among those of all lanes. */
  firstMark: number;
  /** Whether a segment ended after the one around it: then rows do not nest exactly. */
  overtaken: boolean;
}

/** How a life's parent is given. */
export const PARENT_ROOT = 0;
export const PARENT_AROUND = 1;
export const PARENT_LIFE = 2;

/** What it took to record a segment: the first of a span, without or with fields, or a further one. */
export const PROBE_PLAIN = 0;
export const PROBE_FIELDS = 1;
export const PROBE_REENTER = 2;

/** The spans that are more than one segment, in the order of their creation. */
export interface Lives {
  length: number;
  site: Uint32Array;
  start: Float64Array;
  end: Float64Array;
  /** `PARENT_…` */
  parentKind: Uint8Array;
  /** The parent's life, for `PARENT_LIFE`. */
  parent: Int32Array;
  /** The number of the request, for roots; 0 otherwise. */
  number: Float64Array;
  open: Uint8Array;
  selected: Uint8Array;
  /** `PROBE_…` of the segment that was left first; all others are further ones. */
  probe: Uint8Array;
  /** Which that is, in `segments`. */
  firstLeft: Uint32Array;
  /** Where each life's segments begin in `segments`; one more than there are lives. */
  first: Uint32Array;
  /** Lane, depth and index of each segment, three numbers each, by start. */
  segments: Uint32Array;
  /** Who follows from whom, by who follows. */
  follows: { life: Uint32Array; cause: Uint32Array };
}

export type FieldValue = number | string;

export interface FieldColumn {
  name: string;
  /** The lives, or instants by their number, in increasing order, and the value of each. */
  owners: Uint32Array;
  values: FieldValue[];
}

export interface Recording {
  head: Head;
  lanes: Lane[];
  lives: Lives;
  fields: FieldColumn[];
  /** The fields of instants. */
  markFields: FieldColumn[];
  /** What is shown: first event to last. */
  from: number;
  to: number;
  segments: number;
  /** The server that the recording is on; absent if it is in the page. */
  served?: Server;
  /** Whether here are only the pieces of spans that a picture needs. */
  thinned?: true;
  /** What changed since the recording before, in the page of a comparison. */
  diff?: DiffData;
  /** What measuring costs the program, where that was tried. */
  experiment?: ExperimentData;
}

/** A segment's place. */
export interface Place {
  lane: number;
  depth: number;
  index: number;
}

/** A span: a life, or the place of the one segment of a plain span. */
export type Span = { life: number } | Place;

/** Whether two are the same span. */
export function sameSpan(a: Span | null, b: Span | null): boolean {
  if (!a || !b) return a === b;
  if ("life" in a || "life" in b) return "life" in a && "life" in b && a.life === b.life;
  return a.lane === b.lane && a.depth === b.depth && a.index === b.index;
}

/** The span of a segment. */
export function spanAt(recording: Recording, place: Place): Span {
  const row = recording.lanes[place.lane].rows[place.depth];
  const life = row.life ? row.life[place.index] : -1;
  return life >= 0 ? { life } : place;
}

/** The first index of `values` (in order, from `low` on) whose value is above `wanted`. */
export function firstAbove(values: ArrayLike<number>, wanted: number, low = 0, high = values.length): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The indices, in the row below, of the segments directly inside a segment: from, to. */
export function inside(lane: Lane, depth: number, index: number): [number, number] {
  const below = lane.rows[depth + 1];
  if (!below) return [0, 0];
  return [firstAbove(below.parent, index - 1), firstAbove(below.parent, index)];
}
