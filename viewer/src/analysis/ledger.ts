/**
 * What recording took of a selected time, from the columns, by the rule of `spanfire overhead`.
 *
 * Counts, for each stack by thread and by parent at once, the probes of its own segments and of those
 * directly in them; turns counts into nanoseconds once. So either kind of stack adds up to the same,
 * which is what the command gives. Spans that are left out of a page are not known here.
 */

import type { Recording } from "../data/recording.ts";
import { probeOf } from "../data/span.ts";
import type { Range, Stacks } from "../state/state.ts";
import type { Stack } from "./ancestry.ts";
import { Grower, type MergedTree } from "./mergedtree.ts";
import { type Held, type Lived, sweepNarrowed } from "./narrowedsweep.ts";
import type { Narrowing } from "./narrowing.ts";
import { type Probes, type Rates, compensated, costOf } from "./rates.ts";
import { Stalls } from "./stalls.ts";

const EVERYTHING: Narrowing = { focus: "", ignore: "", hide: "" };

interface Cell {
  thread: number;
  span: number;
  busy: number;
  stalled: number;
  spans: number;
  /** Segments of this stack, and those directly inside, by kind of probe. */
  own: Probes;
  inner: Probes;
}

/** The merged graph of a time with what remains of it; waiting times are not in it. */
export function ledgerTree(recording: Recording, stacks: Stacks, range: Range, narrowing: Narrowing | null, rates: Rates): MergedTree {
  const tally = new Tally(recording, range);
  sweepNarrowed(recording, range, narrowing ?? EVERYTHING, tally);
  return tally.tree(stacks, rates);
}

class Tally {
  /** Stacks of both kinds. */
  private readonly paths = new Grower();
  private readonly cells = new Map<number, Map<number, Cell>>();
  private last: Cell | null = null;
  private readonly stalls: Stalls;

  constructor(
    private readonly recording: Recording,
    private readonly range: Range,
  ) {
    this.stalls = new Stalls(recording);
  }

  child(parent: number, site: number): number {
    return this.paths.child(parent, site);
  }

  moment(owner: Held, path: Stack, from: number, to: number): void {
    const cell = this.at(path, owner.logical);
    cell.busy += to - from;
    cell.stalled += this.stalls.within(owner.place.lane, from, to);
  }

  left(held: Held, below: Held | null): void {
    const { place } = held;
    const start = this.recording.lanes[place.lane].rows[place.depth].start[place.index];
    if (start < this.range[0] || start >= this.range[1]) return;
    const probe = probeOf(this.recording, place);
    if (held.owner && held.counts) this.at(held.path, held.owner.logical).own[probe]++;
    if (below?.owner && below.counts) this.at(below.path, below.owner.logical).inner[probe]++;
  }

  plain({ enteredOn, logical }: Held): void {
    this.at(enteredOn, logical).spans++;
  }

  lived({ madeOn, logical }: Lived): void {
    this.at(madeOn, logical).spans++;
  }

  /** The graph by one kind of stack. */
  tree(stacks: Stacks, rates: Rates): MergedTree {
    const paths = this.paths.finish();
    const grown = new Grower();
    const places = new Map([[0, 0]]);
    const place = (path: number): number => {
      const known = places.get(path) ?? grown.child(place(paths.parent[path]), paths.site[path]);
      places.set(path, known);
      return known;
    };
    for (const cell of [...this.cells.values()].flatMap((row) => [...row.values()])) {
      const [inside, outside] = [costOf(rates.inside, cell.own), costOf(rates.outside, cell.inner)];
      const taken = { cost: inside.cost + outside.cost, doubt: inside.doubt + outside.doubt };
      const { ns, low, high } = compensated(cell.busy, cell.stalled, taken);
      const node = place(cell[stacks]);
      grown.busy[node] += cell.busy;
      grown.count[node] += cell.spans;
      grown.compensated[node] += ns;
      grown.low[node] += low;
      grown.high[node] += high;
    }
    return grown.finish();
  }

  private at(path: Stack, logical: Stack): Cell {
    const [thread, span] = [path.node, logical.node];
    if (this.last?.thread === thread && this.last.span === span) return this.last;
    const row = this.cells.get(thread) ?? new Map<number, Cell>();
    this.cells.set(thread, row);
    this.last = row.get(span) ?? { thread, span, busy: 0, stalled: 0, spans: 0, own: [0, 0, 0], inner: [0, 0, 0] };
    row.set(span, this.last);
    return this.last;
  }
}
