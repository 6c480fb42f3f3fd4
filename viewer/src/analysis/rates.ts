/**
 * What each kind of probe cost in a recording, and what remains of a time without it: by the rules of
 * `overhead/rates.rs` and `overhead/account.rs`, to the nanosecond.
 */

import type { Info } from "../data/head.ts";

/** The part of a cost by which it may be off. */
const COST_DOUBT = 0.25;
/** No probe takes longer: what a damaged recording says may be anything. */
const MOST_NS = 1e9;

/** What something cost, in ns, and by how much more or less. */
export interface Rate {
  cost: number;
  doubt: number;
}

/** By `PROBE_…`: inside of a segment, and outside, in the one around it. */
export interface Rates {
  inside: readonly Rate[];
  outside: readonly Rate[];
}

/** How many probes there are of each kind. */
export type Probes = [number, number, number];

/** A time without what recording took of it, and from where to where that may be. */
export interface Compensated {
  ns: number;
  low: number;
  high: number;
}

type Measured = Record<string, unknown>;

/** `null` where the recording does not say. */
export function ratesOf({ probe_cost }: Info): Rates | null {
  if (!probe_cost) return null;
  const kinds = [probe_cost, probe_cost.fields ?? probe_cost, probe_cost.reenter ?? probe_cost] as unknown as Measured[];
  const rates = (where: string) => kinds.map((kind) => rateOf(kind[`${where}_median_ns`], kind[`${where}_spread_ns`]));
  return { inside: rates("inside"), outside: rates("outside") };
}

function rateOf(median: unknown, spread: unknown): Rate {
  const sane = (ns: unknown) => (typeof ns === "number" ? Math.min(MOST_NS, Math.max(0, ns)) : 0);
  return { cost: sane(median), doubt: COST_DOUBT * sane(median) + sane(spread) };
}

/** What so many probes of each kind cost. */
export function costOf(rates: readonly Rate[], probes: Probes): Rate {
  const total = { cost: 0, doubt: 0 };
  rates.forEach(({ cost, doubt }, kind) => {
    total.cost += cost * probes[kind];
    total.doubt += doubt * probes[kind];
  });
  return total;
}

/** What remains of `raw` without `stalled`, which is known, and without a cost; nothing less than nothing. */
export function compensated(raw: number, stalled: number, { cost, doubt }: Rate): Compensated {
  const ran = Math.max(0, raw - stalled);
  return {
    ns: Math.max(0, ran - Math.round(cost)),
    low: Math.max(0, ran - Math.ceil(cost + doubt)),
    high: Math.max(0, ran - Math.floor(Math.max(0, cost - doubt))),
  };
}
