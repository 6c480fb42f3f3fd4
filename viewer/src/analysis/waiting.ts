/**
 * When a span waits: it is open, entered on no thread, and no span directly below it is open.
 *
 * Only lives wait. A plain span runs all its life.
 */

import { type Families } from "../data/families.ts";
import type { Recording } from "../data/recording.ts";
import type { Range } from "../state/state.ts";

/** How long a life waits within a time; `below` is when else something below it ran. */
export function waited(recording: Recording, families: Families, life: number, [from, to]: Range, below?: readonly Range[]): number {
  const { lives } = recording;
  let waited = 0;
  // Up to where the life is known not to wait, or has been counted as waiting.
  let until = Math.max(from, lives.start[life]);
  const end = Math.min(to, lives.end[life]);
  const known = active(recording, families, life);
  for (const [start, stop] of below ? [...known, ...below].sort((a, b) => a[0] - b[0]) : known) {
    if (start >= end) break;
    waited += Math.max(0, start - until);
    until = Math.max(until, stop);
  }
  return waited + Math.max(0, end - until);
}

/** Its segments and its children's lifetimes, by start. */
function* active({ lanes, lives }: Recording, families: Families, life: number): Generator<Range> {
  const children = families.children.subarray(families.first[life], families.first[life + 1]);
  const last = 3 * lives.first[life + 1];
  let segment = 3 * lives.first[life];
  let child = 0;
  while (segment < last || child < children.length) {
    const row = segment < last ? lanes[lives.segments[segment]].rows[lives.segments[segment + 1]] : null;
    const index = lives.segments[segment + 2];
    const childStart = child < children.length ? lives.start[children[child]] : Infinity;
    if (row && row.start[index] <= childStart) {
      yield [row.start[index], row.end[index]];
      segment += 3;
    } else {
      yield [childStart, lives.end[children[child]]];
      child++;
    }
  }
}
