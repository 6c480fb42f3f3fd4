/**
 * Focus, ignore and hide, by the rules of the command's flags of these names.
 *
 * A stack counts if a frame of it is in focus and none is ignored. A hidden frame is taken out: what
 * it had goes to the frame around it, and to nothing where there is none.
 */

import type { Site } from "../data/head.ts";
import type { State } from "../state/state.ts";
import { Grower, type MergedTree } from "./mergedtree.ts";
import { matchesSite, patternOf } from "./search.ts";

export interface Narrowing {
  focus: string;
  ignore: string;
  hide: string;
}

/** What patterns say of a frame, and together of a stack that contains it. */
export const FOCUS = 1;
export const IGNORE = 2;

/** A narrowing worked out for the callsites of one recording. */
export interface Rules {
  /** The marks of each callsite, and of the stack without frames. */
  marks: Uint8Array;
  empty: number;
  /** 1 for each callsite whose frames are taken out. */
  hide: Uint8Array;
}

/** What the state narrows to; `null` if to nothing less than everything. */
export function narrowingOf({ focus, ignore, hide }: Readonly<State>): Narrowing | null {
  return focus === "" && ignore === "" && hide === "" ? null : { focus, ignore, hide };
}

export function rulesOf(sites: readonly Site[], { focus, ignore, hide }: Narrowing): Rules {
  const [inFocus, ignored, hidden] = [focus, ignore, hide].map((text) => matching(sites, text));
  return {
    marks: Uint8Array.from(sites, (_, site) => (inFocus[site] ? FOCUS : 0) | (ignored[site] ? IGNORE : 0)),
    empty: focus === "" ? FOCUS : 0,
    hide: Uint8Array.from(hidden, (is) => (is ? 1 : 0)),
  };
}

/** For each callsite whether `text` matches it; nothing matches none. */
function matching(sites: readonly Site[], text: string): boolean[] {
  const pattern = text === "" ? null : patternOf(text);
  return sites.map((site) => pattern !== null && matchesSite(pattern, site));
}

/** Whether what has these marks counts. */
export function admits(marks: number): boolean {
  return marks === FOCUS;
}

/** What a hidden frame leaves to the frame around it. */
const TIMES = ["busy", "compensated", "low", "high", "cpu", "blocked", "samples"] as const;

/** A merged graph narrowed by its own stacks alone: what can be done where its spans are not at hand. */
export function narrowed(tree: MergedTree, sites: readonly Site[], narrowing: Narrowing): MergedTree {
  const rules = rulesOf(sites, narrowing);
  const grown = new Grower();
  const place = new Int32Array(tree.length);
  const marks = new Uint8Array(tree.length);
  marks[0] = rules.empty;
  for (let node = 1; node < tree.length; node++) {
    const site = tree.site[node];
    const hidden = rules.hide[site] === 1;
    marks[node] = marks[tree.parent[node]] | (hidden ? 0 : rules.marks[site]);
    if ((marks[node] & IGNORE) !== 0) continue;
    place[node] = hidden ? place[tree.parent[node]] : grown.child(place[tree.parent[node]], site);
    if (!admits(marks[node]) || place[node] === 0) continue;
    for (const time of TIMES) grown[time][place[node]] += tree[time][node];
    // Waiting and being made belong to the span, which a hidden frame does not have.
    if (hidden) continue;
    grown.idle[place[node]] += tree.idle[node];
    grown.count[place[node]] += tree.count[node];
  }
  return grown.finish();
}
