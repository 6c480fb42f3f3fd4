/**
 * What a page knows of a recording beside its spans: the JSON that `html/head.rs` writes.
 */

/** One `span!` or `event!` place. */
export interface Site {
  name: string;
  target: string;
  file?: string;
  line?: number;
  level: string;
  /** Whether it makes instants, not spans. */
  event: boolean;
}

/** A merged graph in preorder, without its root; a parent is an index plus one, 0 is the root. */
export interface TreeColumns {
  site: ArrayLike<number>;
  parent: ArrayLike<number>;
  busy_ns: ArrayLike<number>;
  idle_ns: ArrayLike<number>;
  count: ArrayLike<number>;
  /** What remains of busy time without what recording took, from where to where; where that is known. */
  compensated_ns?: ArrayLike<number>;
  low_ns?: ArrayLike<number>;
  high_ns?: ArrayLike<number>;
  /** The parts of busy time on a processor and not, where anything is known of them. */
  cpu_ns?: ArrayLike<number>;
  blocked_ns?: ArrayLike<number>;
  /** Native samples, in a graph with functions. */
  samples?: ArrayLike<number>;
}

/** A row of `spanfire top`. */
export interface StatisticsRow {
  site: number;
  spans: number;
  segments: number;
  busy_ns: number;
  self_ns: number;
  nonreentrant_ns: number;
  idle_ns: number;
  cpu_ns: number;
  blocked_ns: number;
  min_ns: number;
  max_ns: number;
  /** Of each bucket of busy times in use how far it begins after the one before, and its count. */
  buckets: number[];
}

export interface FieldHead {
  name: string;
  kind: "number" | "text";
  rows: number;
  texts: string[];
}

/** Frames of functions are numbered after callsites; the last three are no functions. */
export interface Functions {
  frames: Site[];
  trees: { thread: TreeColumns; span: TreeColumns };
}

export interface Native extends Functions {
  join: Join;
  notes: string[];
}

/** What `spanfire overhead --only join --format json` says. */
export interface Join {
  samples: number;
  lost_samples: number;
  in_spans: number;
  outside_spans: number;
  without_lane: number;
  uncut: number;
  profiler: number;
  checked: number;
  right: number;
  right_share: number;
  verdict: "joins" | "off" | "unproven";
  plateau_from_ns?: number;
  plateau_to_ns?: number;
  better_shift_ns?: number;
}

/** What frames are numbered in: callsites, then functions. */
export function framesOf({ callsites, native, frames = native?.frames }: Head): Site[] {
  return frames ? [...callsites, ...frames] : callsites;
}

export interface Sampling {
  method: "none" | "perf_events" | "timer_signals";
  why: string | null;
  asked_hz: number;
  true_hz: number | null;
  samples: number;
  lost_samples: number;
  /** `null` where none are recorded. */
  switches: number | null;
  lost_switches: number;
  throttled: number;
  cpu_ns: number | null;
  user_ns: number | null;
  images: number;
  ended: boolean;
}

/** What recording a span took, inside it and in its parent. */
export interface Probe {
  inside_min_ns: number | null;
  inside_median_ns: number | null;
  inside_spread_ns: number | null;
  outside_min_ns: number | null;
  outside_median_ns: number | null;
  outside_spread_ns: number | null;
}

/** What `spanfire info --format json` says. */
export interface Info {
  process: { id: number; executable: string; arguments: string[]; os: string; arch: string; parallelism: number | null };
  recorder: { version: string; form: string };
  /** What the recording was imported from, and what that lacks, in a sentence. */
  origin: { said: string } | null;
  duration_ns: number;
  spans: number;
  segments: number;
  instants: number;
  threads: number;
  open_spans: number;
  lost_events: number;
  stalled_ns: number;
  unmatched_exits: number;
  unknown_spans: number;
  inexact_starts: number;
  clock: {
    source: string;
    nanos_per_tick: number;
    kernel_source: string | null;
    warning: string | null;
    start_unix_ns: number | null;
    anchors: number;
    uncertainty_ns: number | null;
    clamped_ticks: number;
  };
  /** Of a plain span, and where they are known of other kinds. */
  probe_cost: (Probe & { samples: number; fields: Probe | null; reenter: Probe | null }) | null;
  /** How native samples were taken; `null` where none were asked for. */
  sampling: Sampling | null;
  lanes: { lane: number; label: string; events: number; first_ns: number | null; last_ns: number | null }[];
  losses: { lane: number; label: string; cause: string; events: number; first_ns: number; last_ns: number }[];
  cut: { at_byte: number; reason: string } | null;
}

export interface Head {
  title: string;
  selection: string;
  resolution_ns: number;
  range_ns: [number, number];
  callsites: Site[];
  /** Callsite, children (15 and more: written out), bits: 1 lives, 2 overtaken. */
  shapes: [number, number, number][];
  lanes: { lane: number; label: string; segments: number; marks: number }[];
  lives: number;
  /** The shortest spans, if there were too many to have all. */
  left_out: { spans: number; shorter_than_ns: number } | null;
  fields: FieldHead[];
  /** The fields of instants. */
  mark_fields: FieldHead[];
  trees: { thread: TreeColumns; span: TreeColumns };
  statistics: StatisticsRow[];
  /** Of each request its number, and its time on processors and not; where switches are recorded. */
  on_cpu?: [number, number, number][];
  /** What was seen of the program in its spans; absent where nothing was. */
  native?: Native;
  /** The frames of functions that a server has named so far. */
  frames?: Site[] | undefined;
  info: Info;
  /** The share of the time that a server has read so far; absent when it has read all. */
  reading?: number;
}
