/**
 * What recording took of every segment: its own probe's part inside, all of those in it, and stalls.
 *
 * Made for each lane when it is first seen, 12 bytes a segment. A segment that is left after the one
 * around it costs what is still around it then.
 */

import { type Place, type Recording } from "../data/recording.ts";
import { probeOf } from "../data/span.ts";
import { type Compensated, type Rates, compensated } from "./rates.ts";
import { Stalls } from "./stalls.ts";

/** By depth and index. */
interface LaneCosts {
  cost: Float64Array[];
  doubt: Float32Array[];
}

/** A time as it was recorded, and what remains of it. */
export interface Remains extends Compensated {
  raw: number;
}

/** Of nothing. */
export const NOTHING_LEFT: Remains = { raw: 0, ns: 0, low: 0, high: 0 };

export class SegmentCosts {
  private readonly lanes: (LaneCosts | undefined)[] = [];
  private readonly stalls: Stalls;
  private all: Remains | null = null;

  constructor(
    private readonly recording: Recording,
    private readonly rates: Rates,
  ) {
    this.stalls = new Stalls(recording);
  }

  /** What remains of a segment. */
  of({ lane, depth, index }: Place): Remains {
    const { cost, doubt } = (this.lanes[lane] ??= this.add(lane));
    const { start, end } = this.recording.lanes[lane].rows[depth];
    const [from, to] = [start[index], end[index]];
    const stalled = this.stalls.within(lane, from, to);
    return { raw: to - from, ...compensated(to - from, stalled, { cost: cost[depth][index], doubt: doubt[depth][index] }) };
  }

  /** Of everything: the outermost segments together. */
  total(): Remains {
    if (this.all) return this.all;
    const sum = { ...NOTHING_LEFT };
    this.recording.lanes.forEach(({ rows }, lane) => {
      for (let index = 0; index < (rows[0]?.length ?? 0); index++) {
        const { raw, ns, low, high } = this.of({ lane, depth: 0, index });
        sum.raw += raw;
        sum.ns += ns;
        sum.low += low;
        sum.high += high;
      }
    });
    return (this.all = sum);
  }

  /** Inner ones first, so that what is added to the one around is complete. */
  private add(lane: number): LaneCosts {
    const { rows } = this.recording.lanes[lane];
    const { inside, outside } = this.rates;
    const cost = rows.map(({ length }) => new Float64Array(length));
    const doubt = rows.map(({ length }) => new Float32Array(length));
    for (let depth = rows.length - 1; depth >= 0; depth--) {
      const { length, end, parent } = rows[depth];
      for (let index = 0; index < length; index++) {
        const probe = probeOf(this.recording, { lane, depth, index });
        cost[depth][index] += inside[probe].cost;
        doubt[depth][index] += inside[probe].doubt;
        let above = depth - 1;
        let around = parent[index];
        for (; above > 0 && rows[above].end[around] < end[index]; above--) around = rows[above].parent[around];
        if (above < 0) continue;
        cost[above][around] += cost[depth][index] + outside[probe].cost;
        doubt[above][around] += doubt[depth][index] + outside[probe].doubt;
      }
    }
    return { cost, doubt };
  }
}

const known = new WeakMap<Recording, SegmentCosts>();

/** Made once for each recording. */
export function segmentCosts(recording: Recording, rates: Rates): SegmentCosts {
  const made = known.get(recording) ?? new SegmentCosts(recording, rates);
  known.set(recording, made);
  return made;
}
