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
export function whyNotOnCpu({ recording, state }: App): string {
  return state.range && !recording.served ? "When threads ran is known here for all of the time only." : "";
}

/** Whether it is known of what is selected of names and requests; under focus, ignore and hide a server knows it. */
export function showsOnCpu(app: App): boolean {
  return knowsOnCpu(app) && whyNotOnCpu(app) === "" && (app.recording.served !== undefined || !narrowingOf(app.state));
}
