/**
 * Merged graphs: every stack once, with what was spent on it, narrowed to what is selected.
 *
 * Over all of the time the graph is the one the command computed. For a selected time it is made
 * from the segments, by the same rule: each moment of a lane belongs to the innermost open segment
 * there. So it is under focus, ignore and hide.
 */

import type { App } from "../app/app.ts";
import { type Functions, type TreeColumns, framesOf } from "../data/head.ts";
import type { Recording } from "../data/recording.ts";
import { NOTHING_YET } from "../data/served.ts";
import { ALWAYS, type Range, type Stacks } from "../state/state.ts";
import { mergedBy } from "./asked.ts";
import { isCompensated, knownRates } from "./compensation.ts";
import { isNative, wantsNative } from "./functions.ts";
import { ledgerTree } from "./ledger.ts";
import { type Narrowing, narrowed, narrowingOf } from "./narrowing.ts";
import { narrowedTree, sweep } from "./sweep.ts";

/**
 * What each node has by itself: busy and idle time in ns, spans; then what remains of the busy time without
 * what recording took, and from where to where that may be; and its parts on a processor and not; native samples: all 0
 * where not known.
 */
export const COLUMNS = ["busy", "idle", "count", "compensated", "low", "high", "cpu", "blocked", "samples"] as const;
export type TreeColumn = (typeof COLUMNS)[number];
export type Sums = Record<TreeColumn, Float64Array>;

/** A graph in which every node stands after its parent. Node 0 is the root, its own parent. */
export interface MergedTree extends Sums {
  length: number;
  /** The callsite of each node; -1 for the root. */
  site: Int32Array;
  parent: Int32Array;
}

/** Made of each column. */
export function ofEach<T>(make: (column: TreeColumn) => T): Record<TreeColumn, T> {
  return Object.fromEntries(COLUMNS.map((column) => [column, make(column)])) as Record<TreeColumn, T>;
}

/** The graph of the present selection, made once for each. */
export function mergedTree(app: App, stacks: Stacks, recording: Recording = app.recording): MergedTree {
  const { range } = app.state;
  const narrowing = narrowingOf(app.state);
  const { served } = recording;
  const functions = wantsNative(app) ? functionsOf(recording, range) : null;
  if (functions && isNative(app)) {
    const hybrid = () => kept(recording, JSON.stringify(["native", stacks, range]), () => ofColumns(functions.trees[stacks]));
    return narrowing ? kept(recording, JSON.stringify(["native", stacks, range, narrowing]), () => narrowed(hybrid(), framesOf(recording.head), narrowing)) : hybrid();
  }
  if (served) {
    const merged = mergedBy(served, app.state);
    return kept(recording, JSON.stringify([stacks, range, narrowing, merged === NOTHING_YET]), () => ofColumns(merged.trees[stacks]));
  }
  const rates = isCompensated(app) && (range || (narrowing && !recording.head.left_out)) ? knownRates(recording) : null;
  if (rates) return kept(recording, JSON.stringify(["ledger", stacks, range, narrowing]), () => ledgerTree(recording, stacks, range ?? ALWAYS, narrowing, rates));
  const all = () => kept(recording, JSON.stringify([stacks, range]), () => (range ? sweep(recording, stacks, range) : ofColumns(recording.head.trees[stacks])));
  // What is known of processors, the columns do not have.
  const isOnCpu = app.state.weight === "cpu" || app.state.weight === "blocked";
  if (isOnCpu && narrowing && !range) return kept(recording, JSON.stringify(["stacks", stacks, narrowing]), () => narrowed(all(), recording.head.callsites, narrowing));
  return narrowing ? kept(recording, JSON.stringify([stacks, range, narrowing]), () => narrowedOf(recording, stacks, range, narrowing, all)) : all();
}

/** What samples saw in spans of all of the time, or of what is selected if a server knows it. */
function functionsOf({ head, served }: Recording, range: Range | null): Functions | null {
  return served ? served.functions(range) : (head.native ?? null);
}

/** From the spans; from the stacks alone, where not all spans are there. */
function narrowedOf(recording: Recording, stacks: Stacks, range: Range | null, narrowing: Narrowing, all: () => MergedTree): MergedTree {
  if (recording.head.left_out && !range) return narrowed(all(), recording.head.callsites, narrowing);
  return narrowedTree(recording, stacks, range ?? ALWAYS, narrowing);
}

/** The few graphs last asked for. */
const KEPT = 8;
const trees = new WeakMap<Recording, Map<string, MergedTree>>();

function kept(recording: Recording, key: string, make: () => MergedTree): MergedTree {
  const known = trees.get(recording) ?? new Map<string, MergedTree>();
  trees.set(recording, known);
  const tree = known.get(key) ?? make();
  known.delete(key);
  known.set(key, tree);
  for (const oldest of known.keys()) {
    if (known.size <= KEPT) break;
    known.delete(oldest);
  }
  return tree;
}

function ofColumns(columns: TreeColumns): MergedTree {
  const grown = new Grower();
  for (let node = 0; node < columns.site.length; node++) {
    const made = grown.child(columns.parent[node], columns.site[node]);
    grown.busy[made] += columns.busy_ns[node];
    grown.idle[made] += columns.idle_ns[node];
    grown.count[made] += columns.count[node];
    grown.compensated[made] += columns.compensated_ns?.[node] ?? 0;
    grown.low[made] += columns.low_ns?.[node] ?? 0;
    grown.high[made] += columns.high_ns?.[node] ?? 0;
    grown.cpu[made] += columns.cpu_ns?.[node] ?? 0;
    grown.blocked[made] += columns.blocked_ns?.[node] ?? 0;
    grown.samples[made] += columns.samples?.[node] ?? 0;
  }
  return grown.finish();
}

/** Makes a graph stack by stack. */
export class Grower {
  readonly busy = [0];
  readonly idle = [0];
  readonly count = [0];
  readonly compensated = [0];
  readonly low = [0];
  readonly high = [0];
  readonly cpu = [0];
  readonly blocked = [0];
  readonly samples = [0];
  private readonly site = [-1];
  private readonly parent = [0];
  private readonly children: (Map<number, number> | null)[] = [null];
  /** The child asked for last: what a loop asks for next. */
  private readonly latest = [0];

  /** The node of `site` under `parent`. */
  child(parent: number, site: number): number {
    const latest = this.latest[parent];
    if (latest !== 0 && this.site[latest] === site) return latest;
    const children = (this.children[parent] ??= new Map());
    const node = children.get(site) ?? this.grow(parent, site);
    children.set(site, node);
    this.latest[parent] = node;
    return node;
  }

  private grow(parent: number, site: number): number {
    const node = this.site.length;
    this.children.push(null);
    this.latest.push(0);
    this.site.push(site);
    this.parent.push(parent);
    for (const column of COLUMNS) this[column].push(0);
    return node;
  }

  /** Adds all that a node of another graph has by itself. */
  add(node: number, sums: Sums, at: number): void {
    for (const column of COLUMNS) this[column][node] += sums[column][at];
  }

  finish(): MergedTree {
    return {
      length: this.site.length,
      site: Int32Array.from(this.site),
      parent: Int32Array.from(this.parent),
      ...ofEach((column) => Float64Array.from(this[column])),
    };
  }
}

/** What each node has with all that is under it; the root's is the weight of the graph. */
export function totals(tree: MergedTree, weight: TreeColumn): Float64Array {
  const totals = tree[weight].slice();
  for (let node = tree.length - 1; node > 0; node--) totals[tree.parent[node]] += totals[node];
  return totals;
}

/** The frames of a node's stack, its own first. */
export function stackOf(tree: MergedTree, node: number): number[] {
  const stack: number[] = [];
  for (let at = node; at !== 0; at = tree.parent[at]) stack.push(tree.site[at]);
  return stack;
}

/** The same with every stack read from its innermost frame outwards; what a stack had stands at its end. */
export function reversed(tree: MergedTree): MergedTree {
  const grown = new Grower();
  for (let node = 0; node < tree.length; node++) {
    if (COLUMNS.every((column) => tree[column][node] === 0)) continue;
    let at = 0;
    for (const site of stackOf(tree, node)) at = grown.child(at, site);
    grown.add(at, tree, node);
  }
  return grown.finish();
}
