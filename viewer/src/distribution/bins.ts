/**
 * Durations counted in bins of equal width on a logarithmic axis.
 */

import type { Histogram } from "../analysis/histogram.ts";

/** What is counted: durations, in ns. */
export interface Bins {
  /** The decimal logarithm of the first bin's beginning. */
  from: number;
  perDecade: number;
  /** How many durations each bin has, and their sum. */
  count: Float64Array;
  time: Float64Array;
  /** Of all bins. */
  total: { count: number; time: number };
}

/** Durations, each as often as its count says; without counts, once. */
export interface Durations {
  values: Float64Array;
  counts?: Float64Array;
}

/** What a histogram counted, each at the middle of its bucket. */
export function durationsOf(histogram: Histogram): Durations {
  const buckets = histogram.buckets();
  return {
    values: Float64Array.from(buckets, ([low, high]) => (low + high) / 2),
    counts: Float64Array.from(buckets, ([, , count]) => count),
  };
}

/** Fewer bins than this would look like data that is not there. */
const PER_DECADE_MIN = 4;

/** So many times the square root of how many there are, or there would be more gaps than bars. */
const PER_ROOT = 5;

/** Bins from the shortest to the longest, about `most` of them if there are enough durations. */
export function binsOf({ values, counts }: Durations, most: number): Bins {
  let low = Infinity;
  let high = 1;
  for (const value of values) {
    low = Math.min(low, Math.max(1, value));
    high = Math.max(high, value);
  }
  if (low > high) low = high;
  // Some room at both sides, so that one duration alone is not a wall.
  const [from, to] = [Math.log10(low) - 0.15, Math.log10(high) + 0.15];
  const perDecade = Math.max(PER_DECADE_MIN, Math.floor(Math.min(most, PER_ROOT * Math.sqrt(values.length)) / (to - from)));
  const first = Math.floor(from * perDecade);
  const length = Math.floor(to * perDecade) - first + 1;
  const bins: Bins = {
    from: first / perDecade,
    perDecade,
    count: new Float64Array(length),
    time: new Float64Array(length),
    total: { count: 0, time: 0 },
  };
  values.forEach((value, at) => {
    const count = counts ? counts[at] : 1;
    const bin = binAt(bins, value);
    bins.count[bin] += count;
    bins.time[bin] += count * value;
    bins.total.count += count;
    bins.total.time += count * value;
  });
  return bins;
}

/** The bin of a duration. */
export function binAt(bins: Bins, ns: number): number {
  const bin = Math.floor((Math.log10(Math.max(1, ns)) - bins.from) * bins.perDecade + 1e-9);
  return Math.max(0, Math.min(bins.count.length - 1, bin));
}

/** Where on the axis a duration is, from 0 to 1. */
export function shareOf(bins: Bins, ns: number): number {
  return ((Math.log10(Math.max(1, ns)) - bins.from) * bins.perDecade) / bins.count.length;
}

/** The duration at a place of the axis. */
export function durationAt(bins: Bins, share: number): number {
  return 10 ** (bins.from + (share * bins.count.length) / bins.perDecade);
}

/** The durations that are round on a logarithmic axis, within the bins: powers of ten, and 2 and 5 times them. */
export function roundDurations(bins: Bins): { ns: number; major: boolean }[] {
  const to = bins.from + bins.count.length / bins.perDecade;
  const round: { ns: number; major: boolean }[] = [];
  for (let power = Math.floor(bins.from); power <= to; power++) {
    for (const factor of [1, 2, 5]) round.push({ ns: factor * 10 ** power, major: factor === 1 });
  }
  return round.filter(({ ns }) => Math.log10(ns) >= bins.from && Math.log10(ns) <= to && ns >= 1);
}
