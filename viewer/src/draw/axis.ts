/**
 * Round times for an axis.
 */

/** A step of 1, 2 or 5 times a power of ten that gives at most `most` ticks. */
export function step(length: number, most: number): number {
  const least = length / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const round = [1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10;
  return Math.max(1, round * power);
}

/** The multiples of the step within from..to. */
export function ticks(from: number, to: number, most: number): { at: number[]; step: number } {
  const size = step(to - from, most);
  const at: number[] = [];
  for (let tick = Math.ceil(from / size) * size; tick <= to; tick += size) at.push(tick);
  return { at, step: size };
}

/** A tick's time, with just as many digits as the step needs. */
export function tickLabel(ns: number, size: number, to: number): string {
  const [scale, unit] = to >= 1e9 ? [1e9, "s"] : to >= 1e6 ? [1e6, "ms"] : to >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  const digits = Math.max(0, Math.ceil(Math.log10((scale as number) / size) - 1e-9));
  return `${(ns / (scale as number)).toFixed(digits)} ${unit}`;
}
