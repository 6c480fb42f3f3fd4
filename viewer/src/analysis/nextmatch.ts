/**
 * The next span that a search finds, in the order of time.
 */

import { type Place, type Recording, type Row, firstAbove } from "../data/recording.ts";
import type { Search } from "./search.ts";

/** Where to go on from: a segment, or a time. */
export interface From {
  ns: number;
  place: Place | null;
}

/** The matching segment next after, or before, `from`; the first or last of all where there is none. */
export function nextMatch(recording: Recording, search: Search, from: From, step: 1 | -1): Place | null {
  return nearest(recording, search, from, step) ?? nearest(recording, search, { ns: step > 0 ? -Infinity : Infinity, place: null }, step);
}

function nearest(recording: Recording, search: Search, from: From, step: 1 | -1): Place | null {
  let best: Place | null = null;
  let bestStart = step * Infinity;
  for (const lane of recording.lanes) {
    lane.rows.forEach((row, depth) => {
      const index = next(row, search, from, step, rank({ lane: lane.index, depth, index: 0 }, from.place));
      if (index < 0 || step * row.start[index] >= step * bestStart) return;
      best = { lane: lane.index, depth, index };
      bestStart = row.start[index];
    });
  }
  return best;
}

/** Whether a row's segments come before (-1) or after (1) a segment that starts at the same time. */
function rank(a: Place, b: Place | null): number {
  if (!b) return 0;
  return Math.sign(a.lane - b.lane || a.depth - b.depth);
}

function next(row: Row, search: Search, { ns, place }: From, step: 1 | -1, rank: number): number {
  const after = firstAbove(row.start, ns);
  let index = step > 0 ? after : after - 1;
  if (place && rank === 0) index = place.index + step;
  else if (step > 0 && rank > 0) while (index > 0 && row.start[index - 1] === ns) index--;
  else if (step < 0 && rank >= 0) while (index >= 0 && row.start[index] === ns) index--;
  while (index >= 0 && index < row.length && !search.findsIn(row, index)) index += step;
  return index < row.length ? index : -1;
}
