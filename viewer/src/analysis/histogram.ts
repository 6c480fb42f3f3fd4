/**
 * Counts of durations in buckets whose width is at most 1/128 of their value: the histogram of the
 * command, so that a percentile is the same number here and there.
 */

const PER_OCTAVE = 128;

export class Histogram {
  private readonly counts = new Map<number, number>();
  count = 0;

  /** One out of the distance of each bucket's smallest from that of the one before, and its count. */
  static of(buckets: readonly number[]): Histogram {
    const histogram = new Histogram();
    let low = 0;
    for (let at = 0; at < buckets.length; at += 2) histogram.add((low += buckets[at]), buckets[at + 1]);
    return histogram;
  }

  /** One with what all of these counted. */
  static sum(...histograms: Histogram[]): Histogram {
    const sum = new Histogram();
    for (const [low, , count] of histograms.flatMap((histogram) => histogram.buckets())) sum.add(low, count);
    return sum;
  }

  add(ns: number, times = 1): void {
    const bucket = bucketOf(ns);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + times);
    this.count += times;
  }

  /** Smallest duration, largest duration and count of each bucket in use, in order. */
  buckets(): [number, number, number][] {
    const used = [...this.counts].sort(([a], [b]) => a - b);
    return used.map(([bucket, count]) => [lowest(bucket), lowest(bucket + 1) - 1, count]);
  }

  /** The duration that the share `q` does not exceed: the middle of its bucket. 0 if there is none. */
  quantile(q: number): number {
    const rank = Math.min(this.count, Math.max(1, Math.ceil(q * this.count)));
    let seen = 0;
    for (const [low, high, count] of this.buckets()) {
      seen += count;
      if (seen >= rank) return low + Math.floor((high - low) / 2);
    }
    return 0;
  }
}

function bucketOf(ns: number): number {
  if (ns < PER_OCTAVE) return ns;
  const octave = Math.floor(Math.log2(ns)) - 6;
  // A logarithm may be off by one at a power of two.
  const exact = ns >= 2 ** (octave + 7) ? octave + 1 : ns < 2 ** (octave + 6) ? octave - 1 : octave;
  return exact * PER_OCTAVE + Math.floor(ns / 2 ** (exact - 1)) - PER_OCTAVE;
}

function lowest(bucket: number): number {
  const octave = Math.floor(bucket / PER_OCTAVE);
  return octave === 0 ? bucket : (PER_OCTAVE + (bucket % PER_OCTAVE)) * 2 ** (octave - 1);
}
