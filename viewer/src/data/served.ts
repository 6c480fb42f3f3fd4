/**
 * A recording whose spans stay on the server that the page came from: the other side of
 * `html/served.rs`. It is a `Recording` like any other, with fewer spans: those that the picture
 * needs. What is exact over all of them, the server adds up.
 */

import type { Range } from "../state/state.ts";
import type { Functions, Head, StatisticsRow, TreeColumns } from "./head.ts";
import { readBlocks } from "./page.ts";
import type { FieldValue, Lane, Lives, Recording } from "./recording.ts";
import { type Window, decodeWindow, rowsOf, setInto } from "./window.ts";

/** What is added up over a stretch of time. */
export interface Merged {
  trees: { thread: TreeColumns; span: TreeColumns };
  statistics: StatisticsRow[];
  /** The slowest, by start. */
  requests: ServedRequest[];
  /** How many there are, and a histogram of their lifetimes, as `StatisticsRow` has it. */
  all_requests: number;
  lifetimes: number[];
}

export interface ServedRequest {
  number: number;
  site: number;
  start: number;
  lifetime: number;
  busy: number;
  idle: number;
  work: number;
  cpu: number;
  blocked: number;
  spans: number;
  segments: number;
  threads: number;
  open: boolean;
  fields: [string, FieldValue][];
}

const NOTHING: TreeColumns = { site: [], parent: [], busy_ns: [], idle_ns: [], count: [] };
export const NOTHING_YET: Merged = { trees: { thread: NOTHING, span: NOTHING }, statistics: [], requests: [], all_requests: 0, lifetimes: [] };

/** Answers kept of each kind. */
const KEPT = 8;

/** How long typing rests before a server is asked. */
const REST_MS = 250;

/** What was asked for is no longer what is wanted. */
class Overtaken extends Error {}

export class Server {
  private readonly merges = new Map<string, Merged | null>();
  private readonly graphs = new Map<string, Functions | null>();
  private readonly nears = new Map<string, Recording | null>();

  private constructor(
    public head: Head,
    private overview: Window,
    /** How wide the overview is. */
    private readonly width: number,
  ) {}

  /** Called when something has been asked for, and when it is there: then with what is new. */
  changed: (isNew: boolean) => void = () => {};
  /** How many answers are on their way, and why one did not come. */
  pending = 0;
  problem = "";
  /** What `merged` was asked for last. */
  private asked = "";

  /** Asks for what the first picture needs. */
  static async open(width: number): Promise<Server> {
    const { head, overview } = await Server.overview(width);
    return new Server(head, overview, width);
  }

  /** The window after the outline: it is of the same lanes, or of those of a later look, which is final. */
  private static async overview(width: number): Promise<{ head: Head; overview: Window }> {
    for (;;) {
      const head = (await (await ask("outline")).json()) as Head;
      const overview = decodeWindow(await (await ask(`window?width=${width}`)).arrayBuffer());
      if (overview.lanes.length === head.lanes.length) return { head, overview };
    }
  }

  /** Asks again, while the server has not read all of the recording. */
  async readOn(): Promise<void> {
    const { head, overview } = await Server.overview(this.width);
    this.head = { ...head, frames: this.head.frames };
    this.overview = overview;
  }

  /** The recording as seen from afar, and in a stretch of time from near. */
  recording(near: Window | null = null): Recording {
    const { head } = this;
    const { lanes } = setInto(this.overview, near);
    return {
      head,
      lanes: lanes.map((lane, index): Lane => ({
        index,
        number: head.lanes[index].lane,
        label: head.lanes[index].label,
        rows: rowsOf(lane),
        segments: head.lanes[index].segments,
        marks: lane.marks,
        firstMark: 0,
        overtaken: false,
      })),
      lives: noLives(),
      fields: [],
      markFields: [],
      from: head.range_ns[0],
      to: Math.max(head.range_ns[1], head.range_ns[0] + 1),
      segments: head.lanes.reduce((sum, lane) => sum + lane.segments, 0),
      served: this,
      thinned: true,
    };
  }

  /** What is seen of a stretch of time in so many pixels. */
  async window([from, to]: Range, width: number): Promise<Window> {
    const answer = await ask(`window?from=${Math.floor(from)}&to=${Math.ceil(to)}&width=${width}`);
    return decodeWindow(await answer.arrayBuffer());
  }

  /**
   * What is added up over a stretch of time, or all of it; `narrowing` says in a query's words what
   * else is selected. `null` while it is on its way.
   */
  merged(range: Range | null, narrowing = ""): Merged | null {
    const query = [timeOf(range), narrowing].filter((part) => part !== "").join("&");
    this.asked = query;
    return this.kept(this.merges, query, async () => {
      // Who types a pattern means the last letter, not each.
      if (narrowing !== "") await this.rested(query);
      return (await (await ask(`merged?${query}`)).json()) as Merged;
    });
  }

  /** Graphs of a stretch of time, or all of it, with what samples saw in spans; `null` while they are on their way. */
  functions(range: Range | null): Functions | null {
    return this.kept(this.graphs, timeOf(range), async () => {
      const answer = (await (await ask(`functions?${timeOf(range)}`)).json()) as Functions;
      this.head = { ...this.head, frames: answer.frames };
      return answer;
    });
  }

  /** A recording with the names of all functions that are known by now. */
  named(recording: Recording): Recording {
    return { ...recording, head: { ...recording.head, frames: this.head.frames } };
  }

  /**
   * Every span of a stretch of time, or of the time of the request with that number; `null` while
   * they are on their way, or if they are too many.
   */
  near(of: Range | number): Recording | null {
    const query = typeof of === "number" ? `?request=${of}` : `?${timeOf(of)}`;
    return this.kept(this.nears, query, async () => {
      const recording = await readBlocks(blocksOf(await (await ask(`near${query}`)).arrayBuffer()), () => {});
      return this.named({ ...recording, served: this });
    });
  }

  /** The fields of a request's root. */
  fields(number: number): { name: string; value: FieldValue }[] {
    const row = this.merged(null)?.requests.find((row) => row.number === number);
    return row?.fields.map(([name, value]) => ({ name, value })) ?? [];
  }

  /** What is found; `null` with a problem that can be shown. */
  async watched<T>(find: () => Promise<T>): Promise<T | null> {
    this.pending++;
    this.problem = "";
    try {
      return await find();
    } catch (error) {
      if (error instanceof Overtaken) return null;
      this.problem = error instanceof Error ? error.message : String(error);
      return null;
    } finally {
      this.pending--;
      this.changed(false);
    }
  }

  /** Waits until typing rests, and goes on if this is still what is wanted. */
  private async rested(query: string): Promise<void> {
    await new Promise((done) => setTimeout(done, REST_MS));
    if (this.asked === query) return;
    this.merges.delete(query);
    throw new Overtaken();
  }

  private kept<T>(answers: Map<string, T | null>, query: string, find: () => Promise<T>): T | null {
    const known = answers.get(query);
    if (known !== undefined) return known;
    answers.set(query, null);
    for (const oldest of answers.keys()) {
      if (answers.size <= KEPT) break;
      if (oldest !== "") answers.delete(oldest);
      else break;
    }
    void this.watched(find).then((answer) => {
      if (answer === null) return;
      answers.set(query, answer);
      this.changed(true);
    });
    return null;
  }
}

/** A stretch of time in a query's words; all of it needs none. */
function timeOf(range: Range | null): string {
  return range ? `from=${Math.floor(range[0])}&to=${Math.ceil(range[1])}` : "";
}

async function ask(path: string): Promise<Response> {
  const answer = await fetch(path).catch(() => {
    throw new Error("The server does not answer. Was `spanfire view` ended?");
  });
  // In words there is only why there is nothing else.
  const isText = answer.headers.get("content-type")?.startsWith("text/plain");
  if (!answer.ok || isText) throw new Error((await answer.text()).trim());
  return answer;
}

/** Blocks one after the other, each with its length before it. */
async function* blocksOf(buffer: ArrayBuffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < buffer.byteLength; ) {
    const length = Number(new DataView(buffer).getBigUint64(at, true));
    yield new Uint8Array(buffer, at + 8, length);
    at += 8 + length;
  }
}

function noLives(): Lives {
  const none = () => new Uint32Array(0);
  return {
    length: 0,
    site: none(),
    start: new Float64Array(0),
    end: new Float64Array(0),
    parentKind: new Uint8Array(0),
    parent: new Int32Array(0),
    number: new Float64Array(0),
    open: new Uint8Array(0),
    selected: new Uint8Array(0),
    probe: new Uint8Array(0),
    firstLeft: none(),
    first: new Uint32Array(1),
    segments: none(),
    follows: { life: none(), cause: none() },
  };
}
