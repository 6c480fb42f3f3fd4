/**
 * A lane replayed: every segment of a time as it is entered, and every moment with its stack.
 *
 * Segments come in the order in which they were entered, moments in the order of time. A segment
 * that is left while one inside it is open goes out of the stack at that moment, as it did in the
 * program:
 *
 *     A ├─────────────┤              exit A while B is open:
 *     B      ├────────┼────────┤     A;B up to there, B from there
 */

import { type Lane, firstAbove } from "../data/recording.ts";
import type { Range } from "../state/state.ts";

/** An open segment. */
export interface Open {
  depth: number;
  index: number;
  end: number;
  site: number;
  /** The life it belongs to, -1 for a plain span. */
  life: number;
  /** A number that the observer keeps with it, set by `entered`. */
  note: number;
}

export interface LaneObserver {
  /** A segment of the time is entered. `below` is the top of the stack, `around` what it is directly inside of. */
  entered(open: Open, below: Open | null, around: Open | null): void;
  /** From here to there `top` was the innermost. */
  moment(top: Open, from: number, to: number): void;
  /** Something went out from under `stack[from]`: stacks from there on have changed. */
  restacked?(stack: readonly Open[], from: number): void;
  /** A segment went out of the stack, from on top of `below`: told after its last moment, before `restacked`. */
  left?(open: Open, below: Open | null): void;
}

/** Whether a time, which may be empty, has anything in a range. */
export function meets(start: number, end: number, [from, to]: Range): boolean {
  return start < to && (end > from || start >= from);
}

/** Shows an observer all of a lane that is within `range`. */
export function sweepLane(lane: Lane, range: Range, observer: LaneObserver): void {
  new LaneSweep(lane, range, observer).run();
}

class LaneSweep {
  private readonly stack: Open[] = [];
  /** The way down to the present segment: what it is inside of, gone from the stack or not. */
  private readonly way: Open[] = [];
  private readonly next: number[] = [];
  private readonly pool: Open[] = [];
  private since = 0;

  constructor(
    private readonly lane: Lane,
    private readonly range: Range,
    private readonly observer: LaneObserver,
  ) {}

  run(): void {
    const { lane, way, next } = this;
    const [from, to] = lane.overtaken ? [-Infinity, Infinity] : this.range;
    const [outermost] = lane.rows;
    if (!outermost) return;
    next[0] = this.firstInView(outermost.end, from);
    for (;;) {
      const depth = way.length;
      const row = lane.rows[depth];
      const index = next[depth];
      const inside = depth === 0 || row?.parent[index] === way[depth - 1].index;
      if (row && index < row.length && inside && row.start[index] < to) {
        next[depth]++;
        this.enter(depth, index, from);
      } else if (depth === 0) return;
      else this.leave();
    }
  }

  /** The first segment that ends after `from`, or at it without having any length before. */
  private firstInView(ends: Float64Array, from: number): number {
    let index = firstAbove(ends, from);
    const { start } = this.lane.rows[0];
    while (index > 0 && ends[index - 1] === from && start[index - 1] === from) index--;
    return index;
  }

  private enter(depth: number, index: number, from: number): void {
    const { lane, stack, way, next } = this;
    const row = lane.rows[depth];
    this.advance(row.start[index]);
    const open = this.make(depth);
    open.index = index;
    open.end = row.end[index];
    open.site = row.site[index];
    open.life = row.life ? row.life[index] : -1;
    this.observer.entered(open, stack.at(-1) ?? null, way.at(-1) ?? null);
    stack.push(open);
    way.push(open);
    const below = lane.rows[depth + 1];
    if (!below) return;
    let child = next[depth + 1] ?? -1;
    // After a leap the first child is far away; otherwise it is the next one.
    if (child < 0 || (child < below.length && below.parent[child] < index)) child = firstAbove(below.parent, index - 1, Math.max(0, child));
    while (child < below.length && below.parent[child] === index && below.end[child] < from) child++;
    next[depth + 1] = child;
  }

  /** Where segments nest, there is never more than one open at a depth, and its object serves again. */
  private make(depth: number): Open {
    const made = { depth, index: 0, end: 0, site: 0, life: -1, note: 0 };
    return this.lane.overtaken ? made : (this.pool[depth] ??= made);
  }

  private leave(): void {
    const { stack, way } = this;
    const open = way.pop();
    if (!open) return;
    this.advance(open.end);
    if (stack.at(-1) !== open) return;
    stack.pop();
    this.observer.left?.(open, stack.at(-1) ?? null);
  }

  /** Hands out the time up to `ns`. */
  private advance(ns: number): void {
    const { stack } = this;
    while (this.lane.overtaken) {
      const gone = this.overtakenBefore(ns);
      if (gone < 0) break;
      this.hand(stack[gone].end);
      const [open] = stack.splice(gone, 1);
      this.observer.left?.(open, stack[gone - 1] ?? null);
      this.observer.restacked?.(stack, gone);
    }
    this.hand(ns);
  }

  /** The earliest to end, before `ns`, of those that are not the innermost; -1 for none. */
  private overtakenBefore(ns: number): number {
    let earliest = -1;
    for (let at = 0; at < this.stack.length - 1; at++) {
      const { end } = this.stack[at];
      if (end < ns && (earliest < 0 || end < this.stack[earliest].end)) earliest = at;
    }
    return earliest;
  }

  private hand(ns: number): void {
    const from = Math.max(this.since, this.range[0]);
    const to = Math.min(ns, this.range[1]);
    const top = this.stack.at(-1);
    if (top && to > from) this.observer.moment(top, from, to);
    this.since = Math.max(this.since, ns);
  }
}
