/**
 * Numbers as the command prints them.
 */

const UNITS: readonly (readonly [number, string])[] = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
];

/** A duration with four digits and a unit: `1.234 ms`; below a microsecond in whole ns. */
export function duration(ns: number): string {
  const size = Math.abs(ns);
  if (size < 1000) return `${Math.round(ns)} ns`;
  const [scale, unit] = UNITS.find(([scale]) => size >= scale) ?? UNITS[2];
  const value = ns / scale;
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return `${value.toFixed(digits)} ${unit}`;
}

/** A duration to the nanosecond: `1.234 567 ms`. */
export function exactDuration(ns: number): string {
  const [scale, unit] = UNITS.find(([scale]) => Math.abs(ns) >= scale) ?? [1, "ns"];
  if (scale === 1) return `${Math.round(ns)} ns`;
  const whole = Math.trunc(ns / scale);
  const rest = String(Math.round(Math.abs(ns - whole * scale))).padStart(Math.log10(scale), "0");
  return `${whole}.${rest.replace(/(\d{3})(?=\d)/g, "$1 ")} ${unit}`;
}

/** A count with thousands apart. */
export function count(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 span`, `2 spans`. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A share of one that may be far below a percent: `0.026 %`. */
export function finePercent(share: number): string {
  if (share > 0 && share < 1e-5) return "under 0.001 %";
  return share > 0 && share < 0.0095 ? `${Number((100 * share).toPrecision(2))} %` : percent(share);
}

/** A share of one: `12.3 %`. */
export function percent(share: number): string {
  return `${(100 * (Number.isFinite(share) ? share : 0)).toFixed(1)} %`;
}
