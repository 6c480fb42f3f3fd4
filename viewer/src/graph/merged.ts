/**
 * The merged graph of the present selection with its layout, made once for each way to show it.
 */

import { isCompensated } from "../analysis/compensation.ts";
import { isFew, isFunction, isMarker, isNative } from "../analysis/functions.ts";
import { type MergedTree, type TreeColumn, mergedTree, reversed, totals } from "../analysis/mergedtree.ts";
import { whyNotOnCpu } from "../analysis/oncpu.ts";
import type { Remains } from "../analysis/segmentcosts.ts";
import type { App } from "../app/app.ts";
import { remainsWords } from "../app/compensatedpart.ts";
import { counted, percent } from "../app/format.ts";
import { type Rgb, blend } from "../draw/palette.ts";
import { Layout } from "./layout.ts";
import type { GraphModel } from "./picture.ts";
import { nameOf, weighed } from "./words.ts";

/** How much of its colour a function has, and of grey what is none: spans stand out. */
const FUNCTION = 0.6;
const MARKER = 0.3;

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

/** Spans in their colour, functions paler, what is none grey. */
function colourOf(app: App, site: number): Rgb {
  const { ink } = app.colours;
  if (isMarker(app, site)) return blend(ink.page, ink.faint, MARKER);
  const colour = app.colours.of(site);
  return isFunction(app, site) ? blend(ink.page, colour, FUNCTION) : colour;
}

const sums = new WeakMap<MergedTree, Float64Array>();

/** The samples of each node with all under it. */
function sampled(tree: MergedTree): Float64Array {
  const made = sums.get(tree) ?? totals(tree, "samples");
  sums.set(tree, made);
  return made;
}

function emptyWords(app: App): string {
  const { weight } = app.state;
  const isOnCpu = weight === "cpu" || weight === "blocked";
  if (isOnCpu && whyNotOnCpu(app) !== "") return whyNotOnCpu(app);
  if (isCompensated(app)) return "Nothing remains: recording took all of what is selected.";
  return `Nothing here: no ${weight === "count" ? "spans" : `${weight} time`} in what is selected.`;
}

/** How a merged graph is drawn: frames in their colours, passed over by a search or not. */
export function modelOf(app: App, { tree, layout, remains }: Merged, zoom: number, all: string, isReversed = app.state.reversed): GraphModel {
  const { colours, search, state } = app;
  const whole = layout.total[0];
  const own = tree[columnOf(app)];
  const isDivided = isNative(app);
  const samples = isDivided ? sampled(tree) : null;
  const few = (node: number) => samples !== null && node > 0 && isFew(samples[node]) && (isReversed || isFunction(app, tree.site[node]));
  const named = (node: number) => (node === 0 ? all : `${nameOf(app, tree.site[node])}${few(node) ? " (few samples)" : ""}`);
  return {
    layout,
    zoom,
    upwards: !state.icicle,
    root: true,
    site: (node) => tree.site[node],
    label: named,
    few,
    colour: (node) => {
      const colour = isDivided ? colourOf(app, tree.site[node]) : colours.of(tree.site[node]);
      return search.active && !search.sites[tree.site[node]] ? colours.passedOver(colour) : colour;
    },
    tip: (node) => [
      named(node),
      `${weighed(layout.total[node], state.weight)} · ${percent(layout.total[node] / whole)} of all`,
      ...(remains ? [remainsWords(remains(node))] : []),
      `${weighed(own[node], state.weight)} by itself`,
      ...(samples && samples[node] > 0 ? [counted(samples[node], "sample")] : []),
      ...(node > 0 ? [`${percent(layout.total[node] / layout.total[tree.parent[node]])} of what is around it`] : []),
      ...(tree.site[node] >= 0 ? [app.site(tree.site[node]).target] : []),
    ],
    empty: emptyWords(app),
  };
}
