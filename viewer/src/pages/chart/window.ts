/**
 * The time that is in view, and the pixels it is in.
 *
 * Times are doubles in ns; the start of the view is subtracted before anything is scaled, so that a
 * nanosecond stays a nanosecond after a week.
 */

import type { Range } from "../../state/state.ts";

/** The least time that is shown, in ns. */
const SHORTEST = 20;

export class TimeWindow {
  readonly from: number;
  readonly to: number;
  /** CSS pixels per ns. */
  readonly scale: number;

  constructor(
    view: Range,
    readonly width: number,
  ) {
    [this.from, this.to] = view;
    this.scale = width / (this.to - this.from);
  }

  /** CSS pixels from the left edge. */
  x(ns: number): number {
    return (ns - this.from) * this.scale;
  }

  time(x: number): number {
    return this.from + x / this.scale;
  }
}

/** `view` scaled by `factor` around `centre`, inside `all`. */
export function zoomed(view: Range, factor: number, centre: number, all: Range): Range {
  const whole = all[1] - all[0];
  const length = Math.min(whole, Math.max(Math.min(SHORTEST, whole), (view[1] - view[0]) * factor));
  const share = (centre - view[0]) / (view[1] - view[0]);
  return inside([centre - length * share, centre + length * (1 - share)], all);
}

/** `view` moved by `ns`, inside `all`. */
export function moved(view: Range, ns: number, all: Range): Range {
  return inside([view[0] + ns, view[1] + ns], all);
}

function inside([from, to]: Range, all: Range): Range {
  const length = Math.min(to - from, all[1] - all[0]);
  const start = Math.max(all[0], Math.min(from, all[1] - length));
  return [start, start + length];
}

/** `span` with some room at both sides, inside `all`. */
export function around([from, to]: Range, all: Range): Range {
  const length = Math.max(to - from, SHORTEST);
  const middle = (from + to) / 2;
  return inside([middle - length * 0.6, middle + length * 0.6], all);
}
