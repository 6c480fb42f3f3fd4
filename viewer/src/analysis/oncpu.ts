/**
 * Whether it is known when threads ran on a processor: switches tell, where they are recorded.
 */

import type { App } from "../app/app.ts";
import { narrowingOf } from "./narrowing.ts";

/** Whether anything is known of it. */
export function knowsOnCpu({ recording }: App): boolean {
  const switches = recording.head.info.sampling?.switches ?? null;
  return switches !== null;
}

/** Why it is not known of what is selected; empty where it is. */
export function whyNotOnCpu(app: App): string {
  if (!knowsOnCpu(app)) return "The recording does not say when threads ran on a processor: SPANFIRE_SAMPLE=999 has the kernel tell, by perf events.";
  return app.state.range && !app.recording.served ? "When threads ran is known here for all of the time only: `spanfire view` knows it of a selected time, too." : "";
}

/** Whether it is known of what is selected of names and requests; under focus, ignore and hide a server knows it. */
export function showsOnCpu(app: App): boolean {
  return knowsOnCpu(app) && whyNotOnCpu(app) === "" && (app.recording.served !== undefined || !narrowingOf(app.state));
}
