/**
 * The stacks of both sides as the page shows them: narrowed, read in one direction, aligned.
 */

import { type Aligned, type Standing, align, standings, summed } from "../../analysis/aligned.ts";
import { type MergedTree, reversed } from "../../analysis/mergedtree.ts";
import { narrowed } from "../../analysis/narrowing.ts";
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

/** The stacks that the state asks for. */
export function sidesOf(app: App, diff: DiffData): Sides {
  const { stacks, focus, ignore, hide } = app.state;
  const key = JSON.stringify([stacks, focus, ignore, hide, app.state.reversed]);
  const kept = known.get(diff);
  if (kept?.key === key) return kept.sides;
  const trees = [treeOf(diff.trees[stacks], "before"), treeOf(diff.trees[stacks], "after")].map((tree) => {
    const narrow = focus === "" && ignore === "" && hide === "" ? tree : narrowed(tree, diff.frames, { focus, ignore, hide });
    return app.state.reversed ? reversed(narrow) : narrow;
  });
  const sides = new Sides(align(trees[0], trees[1]));
  known.set(diff, { key, sides });
  return sides;
}

function treeOf(tree: DiffTree, side: "before" | "after"): MergedTree {
  const own: OwnColumns = tree[side];
  const rooted = (values: number[]) => Float64Array.from([0, ...values]);
  return {
    length: tree.site.length + 1,
    site: Int32Array.from([-1, ...tree.site]),
    parent: Int32Array.from([0, ...tree.parent]),
    busy: rooted(own.busy_ns),
    idle: rooted(own.idle_ns),
    count: rooted(own.count),
  };
}
