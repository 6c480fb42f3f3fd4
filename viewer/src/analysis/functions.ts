/**
 * Whether spans are opened up by the functions that native samples saw in them, and what these are.
 */

import type { App } from "../app/app.ts";

/** Fewer samples say little of a width. */
const ENOUGH = 5;

/** Why it cannot be; empty where it can. */
export function whyNotNative({ recording, state }: App): string {
  const { native, info } = recording.head;
  const isKnown = recording.served ? (info.sampling?.samples ?? 0) > 0 : native !== undefined;
  if (!isKnown) return "The recording holds no native samples: SPANFIRE_SAMPLE=999 takes them.";
  return state.range && !recording.served ? "Functions are known here for all of the time only: `spanfire view` knows them of a selected time, too." : "";
}

/** Whether they are asked for, and can be, on a page of merged graphs. */
export function wantsNative(app: App): boolean {
  const { native, page } = app.state;
  return native && (page === "flame" || page === "sandwich") && whyNotNative(app) === "";
}

/** Whether they are shown; a server has to name them first. */
export function isNative(app: App): boolean {
  const { served, head } = app.recording;
  return wantsNative(app) && (!served || head.frames !== undefined);
}

/** Whether a frame is a function, or one of what is none. */
export function isFunction({ recording }: App, site: number): boolean {
  return site >= recording.head.callsites.length;
}

/** `[profiler]`, `[not sampled]`, `[blocked]`: time that is no function's. */
export function isMarker(app: App, site: number): boolean {
  return isFunction(app, site) && /^\[(profiler|not sampled|blocked)\]$/.test(app.site(site).name);
}

/** Whether a width was divided by so few samples that it should not be believed. */
export function isFew(samples: number): boolean {
  return samples > 0 && samples < ENOUGH;
}
