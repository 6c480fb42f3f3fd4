/**
 * The stacks of both sides as the page shows them: of what is selected, read in one direction, aligned.
 *
 * All of the time is what the command compared. Of a selected time, or under focus, ignore and hide, the
 * stacks are those of the two recordings in the page; of several recordings a side only one is there, so
 * then all of the time is compared, whatever is selected of it.
 */

import { type Aligned, type Standing, align, standings, summed } from "../../analysis/aligned.ts";
import { Grower, type MergedTree, mergedTree, ofEach, reversed } from "../../analysis/mergedtree.ts";
import { narrowed, narrowingOf } from "../../analysis/narrowing.ts";
import type { App } from "../../app/app.ts";
import type { Compared, DiffData, DiffTree, OwnColumns } from "../../data/diff.ts";
import { Layout } from "../../graph/layout.ts";

/** Numbers before and after. */
export type Pair = readonly [number, number];

export class Sides {
  readonly standing: Standing[];
  private readonly layouts = new Map<string, Layout>();
  private readonly sums = new Map<string, Float64Array>();

  constructor(readonly aligned: Aligned) {
    this.standing = standings(aligned);
  }

  /** Frames as wide as they are on a side. */
  layout(of: Compared, side: "before" | "after"): Layout {
    const key = `${widthOf(of)} ${side}`;
    const layout = this.layouts.get(key) ?? new Layout(this.aligned.tree, this.sum(of, side));
    this.layouts.set(key, layout);
    return layout;
  }

  /** What a node has, with all under it or, for self, without. */
  pair(of: Compared, node: number): Pair {
    if (of === "self") return [this.aligned.before.busy[node], this.aligned.after.busy[node]];
    return this.total(of, node);
  }

  /** What a node has with all under it. */
  total(of: Compared, node: number): Pair {
    return [this.sum(of, "before")[node], this.sum(of, "after")[node]];
  }

  private sum(of: Compared, side: "before" | "after"): Float64Array {
    const key = `${widthOf(of)} ${side}`;
    const sum = this.sums.get(key) ?? summed(this.aligned.tree, this.aligned[side][widthOf(of)]);
    this.sums.set(key, sum);
    return sum;
  }
}

/** What the widths of frames add up. */
function widthOf(compared: Compared): "busy" | "idle" | "count" {
  return compared === "idle" || compared === "count" ? compared : "busy";
}

const known = new WeakMap<DiffData, { key: string; sides: Sides }>();

/** Whether each side is the recording in the page, so that any part of it can be compared. */
export function isSingle({ recordings }: DiffData): boolean {
  return recordings[0] === 1 && recordings[1] === 1;
}

/** Whether less than all is selected that could be. */
export function isPart(app: App, diff: DiffData): boolean {
  return isSingle(diff) && (app.state.range !== null || narrowingOf(app.state) !== null);
}

/** The stacks that the state asks for. */
export function sidesOf(app: App, diff: DiffData): Sides {
  const { stacks, range, focus, ignore, hide } = app.state;
  const key = JSON.stringify([stacks, range, focus, ignore, hide, app.state.reversed]);
  const kept = known.get(diff);
  if (kept?.key === key) return kept.sides;
  const narrowing = narrowingOf(app.state);
  const whole = (side: "before" | "after") => {
    const tree = treeOf(diff.trees[stacks], side);
    return narrowing ? narrowed(tree, diff.frames, narrowing) : tree;
  };
  const part = (side: 0 | 1) => framed(mergedTree(app, stacks, app.recordings[side]), diff.sites[side]);
  const [before, after] = isPart(app, diff) ? [part(0), part(1)] : [whole("before"), whole("after")];
  const sides = new Sides(app.state.reversed ? align(reversed(before), reversed(after)) : align(before, after));
  known.set(diff, { key, sides });
  return sides;
}

/** A graph of callsites as one of frames. */
function framed(tree: MergedTree, sites: readonly (number | null)[]): MergedTree {
  const grown = new Grower();
  const place = new Int32Array(tree.length);
  for (let node = 0; node < tree.length; node++) {
    const site = tree.site[node];
    if (node > 0) place[node] = grown.child(place[tree.parent[node]], site < 0 ? site : (sites[site] ?? -1));
    grown.add(place[node], tree, node);
  }
  return grown.finish();
}

function treeOf(tree: DiffTree, side: "before" | "after"): MergedTree {
  const own: OwnColumns = tree[side];
  const rooted = (values: number[]) => Float64Array.from([0, ...values]);
  return {
    ...ofEach(() => new Float64Array(tree.site.length + 1)),
    length: tree.site.length + 1,
    site: Int32Array.from([-1, ...tree.site]),
    parent: Int32Array.from([0, ...tree.parent]),
    busy: rooted(own.busy_ns),
    idle: rooted(own.idle_ns),
    count: rooted(own.count),
  };
}
