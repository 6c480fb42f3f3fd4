/**
 * A recording replayed under focus, ignore and hide: exactly what the command selects by its flags of
 * these names, whatever is added up over it.
 *
 * A moment belongs to the innermost open segment that is not hidden. It counts if, of the frames of
 * that segment's physical and of its logical stack, one is in focus and none is ignored. A segment's
 * busy time is what counts of its moments; a span counts that has such a moment, or could have had
 * one and has no length.
 */

import { type Families, firstPlace, lastPlace, visibleFamilies } from "../data/families.ts";
import type { Lane, Place, Recording } from "../data/recording.ts";
import type { Range } from "../state/state.ts";
import { Ancestry, type Stack } from "./ancestry.ts";
import { type LaneObserver, type Open, meets, sweepLane } from "./lanesweep.ts";
import { type Narrowing, type Rules, admits, rulesOf } from "./narrowing.ts";

/** An open segment, or one that is just left. */
export interface Held {
  place: Place;
  site: number;
  /** The life it belongs to, -1 for a plain span. */
  life: number;
  /** The root of its request, -1 for none. */
  root: number;
  isVisible: boolean;
  /** The life that is the nearest visible span of its logical stack; -1 where that is a plain one, or none. */
  below: number;
  /** The innermost visible segment, which may be itself. */
  owner: Held | null;
  /** Its stacks now, the physical one also as it was entered on. */
  path: Stack;
  enteredOn: Stack;
  logical: Stack;
  /** Whether moments in which it is the innermost count. */
  counts: boolean;
  /** Whether no other frame of the innermost visible one's callsite is around it. */
  isOutermost: boolean;
  /** The lane's clock as it was entered, and as it became the outermost of its callsite. */
  enteredClock: number;
  outermostClock: number;
  /** Time that counts in which it was the innermost visible one. */
  self: number;
}

/** What is left of a life. */
export interface Lived {
  life: number;
  busy: number;
  self: number;
  /** The stack it was made on and the one it waited on, by thread and by parent. */
  madeOn: Stack;
  waitsOn: Stack;
  logical: Stack;
  /** Whether the stack it waits on counts. */
  waits: boolean;
}

export interface NarrowedObserver {
  /** A number for the stack `parent` with one more frame, for who adds up by stacks. */
  child?(parent: number, site: number): number;
  /** From here to there moments count for `owner`, on this physical stack. */
  moment?(owner: Held, path: Stack, from: number, to: number): void;
  /** A segment was left, hidden or not: now it is no longer on top of `below`. */
  left?(held: Held, below: Held | null): void;
  /** A segment that counts was left. */
  segment?(held: Held, busy: number, nonreentrant: number): void;
  /** A plain span that counts. */
  plain?(held: Held, busy: number): void;
  /** A plain span ran that descends directly from a life, but not inside it: what is between is hidden. */
  ranBelow?(life: number, ran: Range): void;
  /** A life that counts. */
  lived?(lived: Lived): void;
}

export function sweepNarrowed(recording: Recording, range: Range, narrowing: Narrowing, observer: NarrowedObserver): void {
  new NarrowedSweep(recording, range, rulesOf(recording.head.callsites, narrowing), observer).run();
}

class NarrowedSweep implements LaneObserver {
  private readonly ancestry: Ancestry;
  private readonly empty: Stack;
  private readonly families: Families;
  private lane: Lane;
  /** By note. */
  private held: Held[] = [];
  /** How many visible segments of each callsite are open. */
  private readonly open: Uint32Array;
  /** How much has counted on this lane: differences of it are busy times. */
  private clock = 0;
  /** Of each life. */
  private readonly busy: Float64Array;
  private readonly self: Float64Array;
  private readonly segments: Uint32Array;

  constructor(
    private readonly recording: Recording,
    private readonly range: Range,
    private readonly rules: Rules,
    private readonly observer: NarrowedObserver,
  ) {
    const { lives, lanes } = recording;
    this.ancestry = new Ancestry(recording, rules, observer.child?.bind(observer));
    this.empty = this.ancestry.empty;
    this.families = visibleFamilies(recording, rules.hide);
    this.lane = lanes[0];
    this.open = new Uint32Array(recording.head.callsites.length);
    this.busy = new Float64Array(lives.length);
    this.self = new Float64Array(lives.length);
    this.segments = new Uint32Array(lives.length);
  }

  run(): void {
    for (const lane of this.recording.lanes) {
      this.lane = lane;
      this.held = [];
      sweepLane(lane, this.range, this);
    }
    for (let life = 0; life < this.recording.lives.length; life++) this.addLife(life);
  }

  entered(open: Open, below: Open | null, around: Open | null): void {
    // Where segments overtake one another, one that has left its stack may still be around others.
    open.note = this.lane.overtaken ? this.held.length : open.depth;
    const outside = around ? this.held[around.note] : null;
    const isVisible = this.rules.hide[open.site] === 0;
    const held: Held = {
      place: { lane: this.lane.index, depth: open.depth, index: open.index },
      site: open.site,
      life: open.life,
      root: open.life >= 0 ? this.families.root[open.life] : (outside?.root ?? -1),
      isVisible,
      below: this.nearest(open, isVisible, outside),
      owner: null,
      path: this.empty,
      enteredOn: this.empty,
      logical: open.life >= 0 ? this.ancestry.of(open.life) : this.ancestry.below(outside?.logical ?? this.empty, open.site),
      counts: false,
      isOutermost: false,
      enteredClock: this.clock,
      outermostClock: this.clock,
      self: 0,
    };
    this.held[open.note] = held;
    this.put(held, below ? this.held[below.note] : null);
    held.enteredOn = held.path;
    if (!isVisible || open.life >= 0 || !outside || outside.isVisible || outside.below < 0) return;
    this.observer.ranBelow?.(outside.below, [this.lane.rows[open.depth].start[open.index], open.end]);
  }

  private nearest(open: Open, isVisible: boolean, outside: Held | null): number {
    if (open.life >= 0) return isVisible ? open.life : this.families.parent[open.life];
    return isVisible ? -1 : (outside?.below ?? -1);
  }

  moment(top: Open, from: number, to: number): void {
    const { owner, counts, path } = this.held[top.note];
    if (!owner || !counts) return;
    this.clock += to - from;
    owner.self += to - from;
    this.observer.moment?.(owner, path, from, to);
  }

  restacked(stack: readonly Open[], from: number): void {
    this.open.fill(0);
    stack.forEach((open, at) => {
      const held = this.held[open.note];
      if (at < from) {
        if (held.isVisible) this.open[held.site]++;
        return;
      }
      const wasOutermost = held.isOutermost;
      this.put(held, at > 0 ? this.held[stack[at - 1].note] : null);
      if (held.isOutermost && !wasOutermost) held.outermostClock = this.clock;
    });
  }

  left(open: Open, below: Open | null): void {
    const held = this.held[open.note];
    this.observer.left?.(held, below ? this.held[below.note] : null);
    if (!held.isVisible) return;
    this.open[held.site]--;
    const busy = this.clock - held.enteredClock;
    const row = this.lane.rows[open.depth];
    const isThere = meets(row.start[open.index], row.end[open.index], this.range);
    const counts = isThere && (held.counts || busy > 0);
    if (counts) this.observer.segment?.(held, busy, held.isOutermost ? this.clock - held.outermostClock : 0);
    if (held.life < 0) {
      if (counts || (isThere && admits(held.enteredOn.marks | held.logical.marks))) this.observer.plain?.(held, busy);
      return;
    }
    this.self[held.life] += held.self;
    if (!counts) return;
    this.busy[held.life] += busy;
    this.segments[held.life]++;
  }

  /** Puts a segment on what is below it. */
  private put(held: Held, below: Held | null): void {
    if (!held.isVisible) {
      held.owner = below?.owner ?? null;
      held.path = below?.path ?? this.empty;
      held.counts = below?.counts ?? false;
      held.isOutermost = below?.isOutermost ?? false;
      return;
    }
    held.owner = held;
    held.path = this.ancestry.below(below?.path ?? this.empty, held.site);
    held.counts = admits(held.path.marks | held.logical.marks);
    held.isOutermost = this.open[held.site]++ === 0;
  }

  private addLife(life: number): void {
    const { lives } = this.recording;
    if (this.rules.hide[lives.site[life]] === 1 || !lives.selected[life] || !meets(lives.start[life], lives.end[life], this.range)) return;
    const logical = this.ancestry.of(life);
    const [first, last] = [firstPlace(this.recording, life), lastPlace(this.recording, life)];
    const waitsOn = last ? this.ancestry.on(last) : logical;
    const waits = admits(waitsOn.marks | logical.marks);
    if (this.segments[life] === 0 && !waits) return;
    const madeOn = first ? this.ancestry.on(first) : logical;
    this.observer.lived?.({ life, busy: this.busy[life], self: this.self[life], madeOn, waitsOn, logical, waits });
  }
}
