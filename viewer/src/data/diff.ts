/**
 * What changed between two recordings: the JSON that `diff/page.rs` writes.
 */

import { decodeAscii } from "./ascii.ts";
import type { Site } from "./head.ts";
import { inflate } from "./inflate.ts";

/** `untested` is what nobody has compared but by looking: a part of what the test had. */
export type Verdict = "slower" | "faster" | "same" | "unclear" | "new" | "gone" | "untested";
export type Compared = "total" | "self" | "idle" | "count";

/** A measure on both sides; what is `null` could not be compared. */
export interface MeasureDiff {
  before_ns: number;
  after_ns: number;
  /** After / before, and the interval that the recordings do not contradict. */
  ratio: number | null;
  low: number | null;
  high: number | null;
  p: number | null;
  adjusted_p: number | null;
  /** What was compared, and how many of it on each side. */
  compared: "batches" | "recordings" | null;
  compared_before: number | null;
  compared_after: number | null;
  verdict: Verdict;
}

export interface NameDiff {
  frame: number;
  verdict: Verdict;
  spans_before: number;
  spans_after: number;
  busy_before_ns: number;
  busy_after_ns: number;
  self_before_ns: number;
  self_after_ns: number;
  measures: { mean: MeasureDiff; mean_self: MeasureDiff; mean_idle: MeasureDiff; p50: MeasureDiff; p99: MeasureDiff };
}

export interface OwnColumns {
  busy_ns: number[];
  idle_ns: number[];
  count: number[];
}

/** The stacks of both sides in preorder, without the root; a parent is an index plus one. */
export interface DiffTree {
  site: number[];
  parent: number[];
  before: OwnColumns;
  after: OwnColumns;
}

export interface DiffData {
  /** How many recordings each side has. */
  recordings: [number, number];
  threshold: number;
  false_discovery_rate: number;
  confidence: number;
  weight: Compared;
  share: boolean;
  frames: Site[];
  /** The frame of each callsite of both recordings in the page; `null` for those of instants. */
  sites: [(number | null)[], (number | null)[]];
  names: NameDiff[];
  trees: { thread: DiffTree; span: DiffTree };
}

/** The diff in this page, if it has one. */
export async function readDiff(document: Document): Promise<DiffData | null> {
  const element = document.querySelector('script[type="application/x-spanfire-diff"]');
  if (!element) return null;
  const bytes = await inflate(decodeAscii(element.textContent ?? ""));
  element.remove();
  return JSON.parse(new TextDecoder().decode(bytes)) as DiffData;
}
