/**
 * What is missing, on every page: nobody should trust a picture that lacks something unsaid.
 */

import type { Recording } from "../data/recording.ts";
import { element } from "./elements.ts";
import { count, duration } from "./format.ts";

/** A line for each thing that was lost, cut or left out. */
export function warningsOf({ head }: Recording): string[] {
  const { info } = head;
  const warnings: string[] = [];
  if (info.origin) warnings.push(`This recording was ${info.origin.said}.`);
  if (info.lost_events > 0) warnings.push(`${count(info.lost_events)} events were not recorded.`);
  if (info.stalled_ns > 0) warnings.push(`Threads waited ${duration(info.stalled_ns)} for the recorder.`);
  if (info.cut) warnings.push(`The recording is cut at byte ${count(info.cut.at_byte)}: ${info.cut.reason}.`);
  if (info.clock.warning) warnings.push(`Clock: ${info.clock.warning}.`);
  if (head.selection !== "") warnings.push(`Only a part of the recording is here: ${head.selection}.`);
  if (head.left_out) {
    const { spans, shorter_than_ns } = head.left_out;
    warnings.push(
      `${count(spans)} spans shorter than ${duration(shorter_than_ns)} are left out of charts, requests, and what is merged ` +
        "for a selected time; their time is in the spans around them. Merged graphs and statistics of all of the time are exact.",
    );
  }
  if (head.resolution_ns > 1) {
    warnings.push(`Times of single spans are rounded to ${duration(head.resolution_ns)}; merged graphs are exact.`);
  }
  return warnings;
}

export function bannerOf(recordings: readonly Recording[]): HTMLElement {
  const warnings = recordings.flatMap(warningsOf);
  const banner = element("div", { class: "banner", role: "status" }, ...warnings.map((text) => element("p", {}, text)));
  banner.hidden = warnings.length === 0;
  return banner;
}
