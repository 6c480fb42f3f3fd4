/**
 * The merged graph of the present selection with its layout, made once for each way to show it.
 */

import { isCompensated } from "../analysis/compensation.ts";
import { type MergedTree, type TreeColumn, mergedTree, reversed, totals } from "../analysis/mergedtree.ts";
import { whyNotOnCpu } from "../analysis/oncpu.ts";
import type { Remains } from "../analysis/segmentcosts.ts";
import type { App } from "../app/app.ts";
import { remainsWords } from "../app/compensatedpart.ts";
import { percent } from "../app/format.ts";
import { Layout } from "./layout.ts";
import type { GraphModel } from "./picture.ts";
import { nameOf, weighed } from "./words.ts";

export interface Merged {
  tree: MergedTree;
  layout: Layout;
  /** What remains of a node with all under it, where the layout is by that. */
  remains: ((node: number) => Remains) | null;
}

/** The column that widths are of. */
export function columnOf(app: App): TreeColumn {
  return isCompensated(app) ? "compensated" : app.state.weight;
}

/** The graph that the state asks for. */
export function merged(app: App): Merged {
  const { stacks, reversed } = app.state;
  return shown(mergedTree(app, stacks), columnOf(app), reversed);
}

const known = new WeakMap<MergedTree, Map<string, Merged>>();

/** A graph read in one direction, laid out by a column. */
export function shown(tree: MergedTree, column: TreeColumn, isReversed = false): Merged {
  const kept = known.get(tree) ?? new Map<string, Merged>();
  known.set(tree, kept);
  const key = `${column} ${isReversed}`;
  let made = kept.get(key);
  if (!made) {
    const read = isReversed ? reversed(tree) : tree;
    const layout = new Layout(read, totals(read, column));
    made = { tree: read, layout, remains: column === "compensated" ? remainsOf(read, layout.total) : null };
    kept.set(key, made);
  }
  return made;
}

function remainsOf(tree: MergedTree, total: Float64Array): (node: number) => Remains {
  const [raw, low, high] = [totals(tree, "busy"), totals(tree, "low"), totals(tree, "high")];
  return (node) => ({ raw: raw[node], ns: total[node], low: low[node], high: high[node] });
}

function emptyWords(app: App): string {
  const { weight } = app.state;
  const isOnCpu = weight === "cpu" || weight === "blocked";
  if (isOnCpu && whyNotOnCpu(app) !== "") return whyNotOnCpu(app);
  return `Nothing here: no ${weight === "count" ? "spans" : `${weight} time`} in what is selected.`;
}

/** How a merged graph is drawn: frames in their colours, passed over by a search or not. */
export function modelOf(app: App, { tree, layout, remains }: Merged, zoom: number, all: string): GraphModel {
  const { colours, search, state } = app;
  const whole = layout.total[0];
  const own = tree[columnOf(app)];
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
      ...(remains ? [remainsWords(remains(node))] : []),
      `${weighed(own[node], state.weight)} by itself`,
      ...(node > 0 ? [`${percent(layout.total[node] / layout.total[tree.parent[node]])} of what is around it`] : []),
      ...(tree.site[node] >= 0 ? [app.site(tree.site[node]).target] : []),
    ],
    empty: emptyWords(app),
  };
}
