/**
 * Focus, ignore and hide, by the rules of the command's flags of these names.
 *
 * A stack counts if a frame of it is in focus and none is ignored. A hidden frame is taken out: what
 * it had goes to the frame around it, and to nothing where there is none.
 */

import type { Site } from "../data/head.ts";
import { Grower, type MergedTree } from "./mergedtree.ts";
import { matchesSite, patternOf } from "./search.ts";

export interface Narrowing {
  focus: string;
  ignore: string;
  hide: string;
}

/** For each callsite whether `text` matches it; `empty` where there is nothing to match. */
function matching(sites: readonly Site[], text: string, empty: boolean): boolean[] {
  const pattern = text === "" ? null : patternOf(text);
  return sites.map((site) => (pattern ? matchesSite(pattern, site) : empty));
}

export function narrowed(tree: MergedTree, sites: readonly Site[], narrowing: Narrowing): MergedTree {
  const focus = matching(sites, narrowing.focus, true);
  const ignore = matching(sites, narrowing.ignore, false);
  const hide = matching(sites, narrowing.hide, false);
  const grown = new Grower();
  const place = new Int32Array(tree.length);
  const inFocus = new Uint8Array(tree.length);
  const ignored = new Uint8Array(tree.length);
  inFocus[0] = narrowing.focus === "" ? 1 : 0;
  for (let node = 1; node < tree.length; node++) {
    const site = tree.site[node];
    const parent = tree.parent[node];
    const hidden = hide[site];
    inFocus[node] = inFocus[parent] || (!hidden && focus[site]) ? 1 : 0;
    ignored[node] = ignored[parent] || (!hidden && ignore[site]) ? 1 : 0;
    if (ignored[node]) continue;
    place[node] = hidden ? place[parent] : grown.child(place[parent], site);
    if (!inFocus[node] || place[node] === 0) continue;
    grown.busy[place[node]] += tree.busy[node];
    // Waiting and being made belong to the span, which a hidden frame does not have.
    if (hidden) continue;
    grown.idle[place[node]] += tree.idle[node];
    grown.count[place[node]] += tree.count[node];
  }
  return grown.finish();
}
