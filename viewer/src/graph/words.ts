/**
 * Weights of merged graphs in words.
 */

import type { Remains } from "../analysis/segmentcosts.ts";
import type { App } from "../app/app.ts";
import { count, duration, exactDuration } from "../app/format.ts";
import type { Weight } from "../state/state.ts";
import type { Frames } from "./layout.ts";

/** What time outside all spans is called. */
export const NO_SPAN = "(no span)";

/** A weight with its unit. */
export function weighed(value: number, weight: Weight): string {
  return weight === "count" ? `${count(value)} ${value === 1 ? "span" : "spans"}` : duration(value);
}

/** What a table says besides of a time of which something remains. */
export const REMAINS_COLUMNS = ["low", "high", "recorded"];

export function remainsCells(remains: Remains | undefined): string[] {
  return remains ? [remains.low, remains.high, remains.raw].map(exactDuration) : [];
}

/** The name of a frame. */
export function nameOf(app: App, site: number): string {
  return site < 0 ? NO_SPAN : app.site(site).name || "(unnamed)";
}

/** The share of a graph that is on frames which match, each stack counted once. */
export function matchedShare(frames: Frames, total: Float64Array, sites: Uint8Array): number {
  const inside = new Uint8Array(frames.length);
  let matched = 0;
  for (let node = 1; node < frames.length; node++) {
    const isInside = inside[frames.parent[node]] === 1;
    const matches = sites[frames.site[node]] === 1;
    if (matches && !isInside) matched += total[node];
    inside[node] = isInside || matches ? 1 : 0;
  }
  return total[0] > 0 ? matched / total[0] : 0;
}
