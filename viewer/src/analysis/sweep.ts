/**
 * The merged graph of a selected time, from the columns.
 */

import { familiesOf, firstPlace, lastPlace, visibleFamilies } from "../data/families.ts";
import { type Place, type Recording, PARENT_AROUND, PARENT_LIFE } from "../data/recording.ts";
import type { Range, Stacks } from "../state/state.ts";
import { type LaneObserver, type Open, meets, sweepLane } from "./lanesweep.ts";
import { Grower, type MergedTree } from "./mergedtree.ts";
import { sweepNarrowed } from "./narrowedsweep.ts";
import { type Narrowing, rulesOf } from "./narrowing.ts";
import { waited } from "./waiting.ts";

export function sweep(recording: Recording, stacks: Stacks, range: Range): MergedTree {
  const weigher = new Weigher(recording, stacks, range);
  for (const lane of recording.lanes) {
    weigher.lane = lane.index;
    sweepLane(lane, range, weigher);
  }
  weigher.addLives();
  return weigher.grown.finish();
}

/** The same under focus, ignore and hide. */
export function narrowedTree(recording: Recording, stacks: Stacks, range: Range, narrowing: Narrowing): MergedTree {
  const grown = new Grower();
  const families = visibleFamilies(recording, rulesOf(recording.head.callsites, narrowing).hide);
  const below = new Map<number, Range[]>();
  const isPhysical = stacks === "thread";
  sweepNarrowed(recording, range, narrowing, {
    child: (parent, site) => grown.child(parent, site),
    moment: (owner, path, from, to) => (grown.busy[isPhysical ? path.node : owner.logical.node] += to - from),
    plain: (held) => grown.count[isPhysical ? held.enteredOn.node : held.logical.node]++,
    ranBelow(life, ran) {
      const known = below.get(life);
      if (known) known.push(ran);
      else below.set(life, [ran]);
    },
    lived({ life, madeOn, waitsOn, logical, waits }) {
      grown.count[isPhysical ? madeOn.node : logical.node]++;
      const ns = waits ? waited(recording, families, life, range, below.get(life)) : 0;
      if (ns > 0) grown.idle[isPhysical ? waitsOn.node : logical.node] += ns;
    },
  });
  return grown.finish();
}

/** An open segment's note is its node: that of its physical stack, or of its span's logical one. */
class Weigher implements LaneObserver {
  readonly grown = new Grower();
  lane = 0;
  /** The node of each life's logical stack; -1 where it is not known yet. */
  private readonly logical: Int32Array;

  constructor(
    private readonly recording: Recording,
    private readonly stacks: Stacks,
    private readonly range: Range,
  ) {
    this.logical = new Int32Array(recording.lives.length).fill(-1);
  }

  entered(open: Open, below: Open | null, around: Open | null): void {
    const { grown } = this;
    if (this.stacks === "thread") open.note = grown.child(below?.note ?? 0, open.site);
    else open.note = open.life >= 0 ? this.logicalOf(open.life) : grown.child(around?.note ?? 0, open.site);
    if (open.life >= 0) return;
    const { start, end } = this.recording.lanes[this.lane].rows[open.depth];
    if (meets(start[open.index], end[open.index], this.range)) grown.count[open.note]++;
  }

  moment(top: Open, from: number, to: number): void {
    this.grown.busy[top.note] += to - from;
  }

  restacked(stack: readonly Open[], from: number): void {
    if (this.stacks !== "thread") return;
    for (let at = from; at < stack.length; at++) {
      stack[at].note = this.grown.child(at > 0 ? stack[at - 1].note : 0, stack[at].site);
    }
  }

  /** How many lives there were, and how long they waited. */
  addLives(): void {
    const { recording, grown, range } = this;
    const { lives } = recording;
    const families = familiesOf(recording);
    for (let life = 0; life < lives.length; life++) {
      if (!lives.selected[life] || !meets(lives.start[life], lives.end[life], range)) continue;
      grown.count[this.stackOf(life, firstPlace(recording, life))]++;
      const ns = waited(recording, families, life, range);
      if (ns > 0) grown.idle[this.stackOf(life, lastPlace(recording, life))] += ns;
    }
  }

  private stackOf(life: number, place: Place | null): number {
    return this.stacks === "thread" && place ? this.physicalOf(place) : this.logicalOf(life);
  }

  /** The node of the stack on which a segment was entered. */
  private physicalOf({ lane, depth, index }: Place): number {
    const { rows } = this.recording.lanes[lane];
    const entered = rows[depth].start[index];
    const sites = [rows[depth].site[index]];
    let at = index;
    for (let above = depth - 1; above >= 0; above--) {
      const end = rows[above + 1].end[at];
      at = rows[above + 1].parent[at];
      const gone = rows[above].end[at] < end && rows[above].end[at] <= entered;
      if (!gone) sites.push(rows[above].site[at]);
    }
    return sites.reduceRight((node, site) => this.grown.child(node, site), 0);
  }

  /** The node of a life's logical stack. Chains may be long, so it goes up and comes back in loops. */
  private logicalOf(life: number): number {
    // The sites down to the life, from where the stack is known.
    const steps: { site: number; life: number }[] = [];
    let at = life;
    let node = 0;
    while (at >= 0) {
      if (this.logical[at] >= 0) {
        node = this.logical[at];
        break;
      }
      steps.push({ site: this.recording.lives.site[at], life: at });
      at = this.stepUp(at, steps);
    }
    for (const step of steps.reverse()) {
      node = this.grown.child(node, step.site);
      if (step.life >= 0) this.logical[step.life] = node;
    }
    return node;
  }

  /** The nearest life above, -1 for none; plain spans between are added to the steps. */
  private stepUp(life: number, steps: { site: number; life: number }[]): number {
    const { lives, lanes } = this.recording;
    if (lives.parentKind[life] === PARENT_LIFE) return lives.parent[life];
    const place = lives.parentKind[life] === PARENT_AROUND ? firstPlace(this.recording, life) : null;
    if (!place) return -1;
    const { rows } = lanes[place.lane];
    let at = place.index;
    for (let above = place.depth - 1; above >= 0; above--) {
      at = rows[above + 1].parent[at];
      const around = rows[above].life?.[at] ?? -1;
      if (around >= 0) return around;
      steps.push({ site: rows[above].site[at], life: -1 });
    }
    return -1;
  }
}
