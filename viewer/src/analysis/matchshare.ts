/**
 * How much of the time a search matches: the moments whose stack has a matching span.
 */

import type { App } from "../app/app.ts";
import { type Recording } from "../data/recording.ts";
import type { Range } from "../state/state.ts";
import { type LaneObserver, type Open, sweepLane } from "./lanesweep.ts";
import { mergedTree, totals } from "./mergedtree.ts";
import type { Search } from "./search.ts";

export interface MatchShare {
  /** Callsites, and spans by their fields. */
  names: number;
  spans: number;
  /** Of the busy time of the selection. */
  share: number;
}

export function matchShare(app: App): MatchShare {
  const { search, recording, state } = app;
  const names = search.sites.reduce((sum, found) => sum + found, 0);
  const spans = search.lives?.reduce((sum, found) => sum + found, 0) ?? 0;
  // Fields belong to single spans, which merged graphs no longer know.
  const share = search.lives ? shareOfMoments(recording, search, state.range ?? [0, Infinity]) : shareOfStacks(app);
  return { names, spans, share };
}

function shareOfStacks(app: App): number {
  const tree = mergedTree(app, "thread");
  const total = totals(tree, "busy");
  const inside = new Uint8Array(tree.length);
  let matched = 0;
  for (let node = 1; node < tree.length; node++) {
    inside[node] = inside[tree.parent[node]];
    if (inside[node] || app.search.sites[tree.site[node]] !== 1) continue;
    inside[node] = 1;
    matched += total[node];
  }
  return total[0] > 0 ? matched / total[0] : 0;
}

function shareOfMoments(recording: Recording, search: Search, range: Range): number {
  const counter = new Counter(search);
  for (const lane of recording.lanes) sweepLane(lane, range, counter);
  return counter.all > 0 ? counter.matched / counter.all : 0;
}

/** An open segment's note is 1 if it or one around it matches. */
class Counter implements LaneObserver {
  matched = 0;
  all = 0;

  constructor(private readonly search: Search) {}

  entered(open: Open, below: Open | null): void {
    open.note = below?.note === 1 || this.search.finds(open.site, open.life) ? 1 : 0;
  }

  moment(top: Open, from: number, to: number): void {
    this.all += to - from;
    if (top.note === 1) this.matched += to - from;
  }

  restacked(stack: readonly Open[], from: number): void {
    for (let at = from; at < stack.length; at++) {
      stack[at].note = (at > 0 && stack[at - 1].note === 1) || this.search.finds(stack[at].site, stack[at].life) ? 1 : 0;
    }
  }
}
