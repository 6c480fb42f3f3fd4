/**
 * Two merged graphs as one: every stack that either has, with what each spent on it.
 */

import { Grower, type MergedTree } from "./mergedtree.ts";

export interface Aligned {
  /** The stacks of both; its weights are the sums of both. */
  tree: MergedTree;
  /** For each node what it had before and after, by itself. */
  before: Own;
  after: Own;
}

export interface Own {
  busy: Float64Array;
  idle: Float64Array;
  count: Float64Array;
}

/** On which side a stack occurs, by itself or under others. */
export type Standing = "both" | "new" | "gone";

export function align(before: MergedTree, after: MergedTree): Aligned {
  const grown = new Grower();
  const places = [before, after].map((side) => place(grown, side));
  const tree = grown.finish();
  const [one, other] = [before, after].map((side, at) => spread(side, places[at], tree.length));
  return { tree, before: one, after: other };
}

/** The node of each node of a side. */
function place(grown: Grower, side: MergedTree): Int32Array {
  const place = new Int32Array(side.length);
  for (let node = 0; node < side.length; node++) {
    if (node > 0) place[node] = grown.child(place[side.parent[node]], side.site[node]);
    grown.add(place[node], side, node);
  }
  return place;
}

function spread(side: MergedTree, place: Int32Array, length: number): Own {
  const own = { busy: new Float64Array(length), idle: new Float64Array(length), count: new Float64Array(length) };
  for (let node = 0; node < side.length; node++) {
    own.busy[place[node]] += side.busy[node];
    own.idle[place[node]] += side.idle[node];
    own.count[place[node]] += side.count[node];
  }
  return own;
}

/** The standing of every node. */
export function standings({ tree, before, after }: Aligned): Standing[] {
  const seen = [before, after].map((own) => Uint8Array.from(own.count, (count, node) => (count > 0 || own.busy[node] > 0 || own.idle[node] > 0 ? 1 : 0)));
  for (let node = tree.length - 1; node > 0; node--) for (const side of seen) side[tree.parent[node]] |= side[node];
  return Array.from(seen[0], (was, node) => (was && seen[1][node] ? "both" : was ? "gone" : seen[1][node] ? "new" : "both"));
}

/** Values with all that is under them. */
export function summed(tree: MergedTree, own: Float64Array): Float64Array {
  const sums = own.slice();
  for (let node = tree.length - 1; node > 0; node--) sums[tree.parent[node]] += sums[node];
  return sums;
}
