/**
 * A row at coarser and coarser levels, so that what is drawn is bounded by pixels, not by segments.
 *
 * Level n has a node for each run of 8ⁿ successive segments: how much time they cover, and the
 * callsite with the most of it. Where a node lies is read from its first and last segment, so a
 * long segment is never blurred: a node is drawn as one only if all of it is within a pixel.
 */

import type { Search } from "../analysis/search.ts";
import type { Row } from "../data/recording.ts";

export const FAN = 8;
const FAN_BITS = 3;

interface Level {
  covered: Float32Array;
  site: Uint16Array | Uint32Array;
}

export class Mip {
  readonly levels: Level[] = [];
  private searched: Search | null = null;
  private matching: Uint8Array[] = [];

  constructor(readonly row: Row) {
    let below: Level = { covered: durations(row), site: row.site };
    for (let length = row.length; length > FAN; length = Math.ceil(length / FAN)) {
      below = coarser(below, length);
      this.levels.push(below);
    }
  }

  /** For each level, and below them for the segments, 1 where something in a node matches. */
  matches(search: Search): readonly Uint8Array[] {
    if (this.searched === search) return this.matching;
    this.searched = search;
    const { row } = this;
    let below = new Uint8Array(row.length);
    for (let at = 0; at < row.length; at++) if (search.findsIn(row, at)) below[at] = 1;
    this.matching = [below, ...this.levels.map(({ covered }) => (below = anyOf(below, covered.length)))];
    return this.matching;
  }
}

function anyOf(below: Uint8Array, nodes: number): Uint8Array<ArrayBuffer> {
  const level = new Uint8Array(nodes);
  for (let at = 0; at < below.length; at++) level[at >> FAN_BITS] |= below[at];
  return level;
}

function durations(row: Row): Float32Array {
  const covered = new Float32Array(row.length);
  for (let at = 0; at < row.length; at++) covered[at] = row.end[at] - row.start[at];
  return covered;
}

function coarser(below: Level, length: number): Level {
  const nodes = Math.ceil(length / FAN);
  const level = { covered: new Float32Array(nodes), site: below.site.slice(0, nodes) };
  for (let node = 0; node < nodes; node++) {
    let covered = 0;
    let most = -1;
    for (let at = node * FAN; at < Math.min(length, node * FAN + FAN); at++) {
      covered += below.covered[at];
      if (below.covered[at] > most) {
        most = below.covered[at];
        level.site[node] = below.site[at];
      }
    }
    level.covered[node] = covered;
  }
  return level;
}
