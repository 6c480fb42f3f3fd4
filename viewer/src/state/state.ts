/**
 * What the reader looks at: one object, shared by all pages, and equal to the URL's hash.
 *
 * Whatever a link should restore is here; whatever only a moment needs (what the pointer is over, a
 * drag that goes on) is not. Every part has a default, and only what differs from it is in the hash.
 */

export type PageId = "chart" | "flame" | "sandwich" | "top" | "span" | "requests" | "diff" | "experiment" | "about";
export type ColourBy = "crate" | "target" | "name" | "thread";
export type Theme = "auto" | "light" | "dark";
export type Stacks = "thread" | "span";
export type Weight = "busy" | "idle" | "count" | "cpu" | "blocked";
export type Measure = "busy" | "lifetime" | "self";

/** From, to, in ns since the recording's start. */
export type Range = readonly [number, number];

/** All of the time there is. */
export const ALWAYS: Range = [0, Number.MAX_SAFE_INTEGER];

export interface State {
  page: PageId;
  /** The time the chart shows; `null` for all of it. */
  view: Range | null;
  /** The selected time, which every other page aggregates; `null` for all of it. */
  range: Range | null;
  /** The selected span, as `spanKey` writes it. */
  span: string;
  /** The selected callsite, -1 for none: the frame of Sandwich, the name of Span. */
  site: number;
  /** Which duration of spans is looked at, and the selected durations; `null` for all of them. */
  measure: Measure;
  lengths: Range | null;
  /** The number of the request that is open, 0 for none, and of the one it is compared with. */
  request: number;
  compare: number;
  /** The kind of request that is listed; empty for all. */
  kind: string;
  /** Regular expressions; empty for none. */
  search: string;
  focus: string;
  ignore: string;
  hide: string;
  colour: ColourBy;
  theme: Theme;
  /** How far down the chart is scrolled, in CSS pixels. */
  scroll: number;
  /** Merged graphs. */
  stacks: Stacks;
  weight: Weight;
  reversed: boolean;
  /** Whether what recording took is taken out. */
  compensated: boolean;
  /** Whether spans are opened up by the functions that were seen in them. */
  native: boolean;
  icicle: boolean;
  /** The frame a merged graph is zoomed to: callsites from the root, with dots between. */
  zoom: string;
  /** Diff: what is compared, empty for what the command was asked for; as shares of each side, and
   * from which change on, in percent, below 0 for the command's; whose widths frames have. */
  compared: "" | "total" | "self" | "idle" | "count";
  share: boolean;
  threshold: number;
  side: "before" | "after";
  /** The column that tables are sorted by, with `-` before it for descending. */
  sort: string;
  /** What else a page wants remembered, by its own rule. */
  detail: string;
}

export const DEFAULTS: Readonly<State> = {
  page: "chart",
  view: null,
  range: null,
  span: "",
  site: -1,
  measure: "busy",
  lengths: null,
  request: 0,
  compare: 0,
  kind: "",
  search: "",
  focus: "",
  ignore: "",
  hide: "",
  colour: "crate",
  theme: "auto",
  scroll: 0,
  stacks: "thread",
  weight: "busy",
  reversed: false,
  compensated: false,
  native: false,
  icicle: true,
  zoom: "",
  compared: "",
  share: false,
  threshold: -1,
  side: "after",
  sort: "",
  detail: "",
};

/** The values that words may have. */
export const CHOICES: { readonly [K in keyof State]?: readonly State[K][] } = {
  page: ["chart", "flame", "sandwich", "top", "span", "requests", "diff", "experiment", "about"],
  colour: ["crate", "target", "name", "thread"],
  theme: ["auto", "light", "dark"],
  stacks: ["thread", "span"],
  weight: ["busy", "idle", "count", "cpu", "blocked"],
  measure: ["busy", "lifetime", "self"],
  compared: ["", "total", "self", "idle", "count"],
  side: ["before", "after"],
};
