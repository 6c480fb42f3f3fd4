/**
 * The merged graph of the present selection with its layout, made once for each way to show it.
 */

import { type MergedTree, mergedTree, reversed, totals } from "../analysis/mergedtree.ts";
import type { App } from "../app/app.ts";
import { percent } from "../app/format.ts";
import type { Weight } from "../state/state.ts";
import { Layout } from "./layout.ts";
import type { GraphModel } from "./picture.ts";
import { nameOf, weighed } from "./words.ts";

export interface Merged {
  tree: MergedTree;
  layout: Layout;
}

/** The graph that the state asks for. */
export function merged(app: App): Merged {
  const { stacks, weight, reversed } = app.state;
  return shown(mergedTree(app, stacks), weight, reversed);
}

const known = new WeakMap<MergedTree, Map<string, Merged>>();

/** A graph read in one direction, laid out by a weight. */
export function shown(tree: MergedTree, weight: Weight, isReversed = false): Merged {
  const kept = known.get(tree) ?? new Map<string, Merged>();
  known.set(tree, kept);
  const key = `${weight} ${isReversed}`;
  let made = kept.get(key);
  if (!made) {
    const read = isReversed ? reversed(tree) : tree;
    made = { tree: read, layout: new Layout(read, totals(read, weight)) };
    kept.set(key, made);
  }
  return made;
}

/** How a merged graph is drawn: frames in their colours, passed over by a search or not. */
export function modelOf(app: App, { tree, layout }: Merged, zoom: number, all: string): GraphModel {
  const { colours, search, state } = app;
  const whole = layout.total[0];
  return {
    layout,
    zoom,
    upwards: !state.icicle,
    root: true,
    site: (node) => tree.site[node],
    label: (node) => (node === 0 ? all : nameOf(app, tree.site[node])),
    colour: (node) => {
      const colour = colours.of(tree.site[node]);
      return search.active && !search.sites[tree.site[node]] ? colours.passedOver(colour) : colour;
    },
    tip: (node) => [
      node === 0 ? all : nameOf(app, tree.site[node]),
      `${weighed(layout.total[node], state.weight)} · ${percent(layout.total[node] / whole)} of all`,
      `${weighed(tree[state.weight][node], state.weight)} by itself`,
      ...(node > 0 ? [`${percent(layout.total[node] / layout.total[tree.parent[node]])} of what is around it`] : []),
      ...(tree.site[node] >= 0 ? [app.site(tree.site[node]).target] : []),
    ],
    empty: `Nothing here: no ${state.weight === "count" ? "spans" : `${state.weight} time`} in what is selected.`,
  };
}
