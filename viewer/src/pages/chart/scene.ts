/**
 * What a chart is of: all threads, or one request.
 */

import type { Table } from "../../app/page.ts";
import type { Place, Span } from "../../data/recording.ts";
import type { Effort } from "../../draw/rowpainter.ts";
import type { Sheet } from "../../draw/sheet.ts";
import type { Range } from "../../state/state.ts";
import type { TimeWindow } from "./window.ts";

/** The height of a row, in CSS pixels. */
export const ROW = 18;
/** The height of the axis above everything. */
export const AXIS = 22;
/** Boxes from this width on get a label, and the room left beside it. */
export const LABEL_FROM = 28;
export const LABEL_MARGIN = 4;

/** A span, or one of its segments, where the scene has it. */
export interface Box {
  span: Span;
  /** The segment, where it is one. */
  place: Place | null;
  from: number;
  to: number;
  /** From the top of the scene. */
  top: number;
}

/** What a search has found. */
export interface Found {
  span: Span;
  /** The segment, where it is one. */
  place: Place | null;
  /** When it starts. */
  ns: number;
}

export interface Scene {
  readonly height: number;
  /** All of its time. */
  readonly range: Range;
  /** What the axis counts from. */
  readonly origin: number;
  /** Draws what is in view, below the axis. */
  draw(sheet: Sheet, time: TimeWindow, scroll: number): Effort;
  /** What is at a height and a time, or at most `slack` ns away. */
  at(height: number, ns: number, slack: number): Box | null;
  /** What instants are there, in lines; `null` if there are none. */
  instants(height: number, ns: number, slack: number): string[] | null;
  /** Where a span is. */
  boxes(span: Span): Box[];
  /**
   * The next in time of what the search finds here, or the one before: counted from the one found
   * last, or else from the edge of the view; from the other end where there is none.
   */
  find(step: 1 | -1, last: Found | null, view: Range): Found | null;
  table(view: Range): Table;
  /** The title over the picture, if it is not of everything. */
  title(): string | null;
}
