/**
 * One frame with everything that called it, and everything it called.
 *
 * A stack in which the frame occurs more than once counts at its outermost occurrence, so that both
 * graphs weigh what the frame has in all, recursion counted once.
 */

import { Grower, type MergedTree, ofEach, totals } from "./mergedtree.ts";

export interface Sandwich {
  /** Node 0 is the frame, and under each node what called it. */
  callers: MergedTree;
  /** Node 0 is the frame, and under each node what it called. */
  callees: MergedTree;
}

export function sandwich(tree: MergedTree, site: number): Sandwich {
  const callers = new Grower();
  const callees = new Grower();
  const sums = ofEach((column) => totals(tree, column));
  // The node of each node among the callees; -1 where the frame is not on the stack.
  const place = new Int32Array(tree.length).fill(-1);
  for (let node = 1; node < tree.length; node++) {
    const around = place[tree.parent[node]];
    const isFrame = tree.site[node] === site;
    if (around < 0 && !isFrame) continue;
    place[node] = around < 0 ? 0 : callees.child(around, tree.site[node]);
    callees.add(place[node], tree, node);
    if (around >= 0) continue;
    callers.add(callerOf(tree, node, callers), sums, node);
  }
  return { callers: named(callers.finish(), site), callees: named(callees.finish(), site) };
}

/** The node of the stack around a node, read outwards. */
function callerOf(tree: MergedTree, node: number, callers: Grower): number {
  let caller = 0;
  for (let at = tree.parent[node]; at !== 0; at = tree.parent[at]) caller = callers.child(caller, tree.site[at]);
  return caller;
}

function named(tree: MergedTree, site: number): MergedTree {
  tree.site[0] = site;
  return tree;
}
