/**
 * Keeps a served recording as near as the state asks for.
 *
 * While the view moves, what is there is drawn; when it rests, the server is asked for the time in
 * view and as much to either side, and the recording is exchanged when the answer comes.
 */

import { type Recording, firstAbove } from "../data/recording.ts";
import type { Server } from "../data/served.ts";
import { spanOfKey } from "../data/span.ts";
import type { PageId, Range, State } from "../state/state.ts";
import type { App } from "./app.ts";
import { element } from "./elements.ts";

/** How long the view must rest, in ms. */
const REST_MS = 120;
/** How long until a recording that is being read is looked at again, in ms. */
const AGAIN_MS = 200;
/** Asked for at each side of what is in view, in times its length. */
const ASIDE = 1;

/** Pages that show single spans, wherever they are. */
const SPANS_NEEDED: ReadonlySet<PageId> = new Set(["span", "requests"]);

export class Follower {
  private wanted = "";
  private timer = 0;
  /** What is on its way, or did not come. */
  readonly notice = element("p", { class: "notice", role: "status" });
  private last: Recording | null = null;

  constructor(
    private readonly app: App,
    private readonly server: Server,
  ) {
    this.wanted = key(null);
    server.changed = (isNew) => {
      if (isNew) this.exchange(server.named(this.app.recording));
      this.notify();
    };
    this.notice.hidden = true;
    if (server.head.reading !== undefined) void this.readOn();
  }

  /** Shows ever more of a recording while the server reads it, unless something else is looked at. */
  private async readOn(): Promise<void> {
    const { server } = this;
    try {
      while (server.head.reading !== undefined) {
        this.notify();
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        await server.readOn();
        const { page, view, request } = this.app.state;
        const isDone = server.head.reading === undefined;
        if (isDone || (page === "chart" && !view && request === 0)) this.exchange(server.recording());
      }
      // What is looked at from near is asked for anew.
      if (this.wanted !== key(null)) this.wanted = "";
      this.app.redraw();
    } catch (error) {
      server.problem = error instanceof Error ? error.message : String(error);
    }
    this.notify();
  }

  /** Called whenever the state may have changed. */
  follow(state: Readonly<State>): void {
    if (this.openSpans(state)) return;
    const wanted = key(state.view);
    if (this.wanted === wanted) return;
    this.wanted = wanted;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(state.view, wanted), REST_MS);
  }

  private notify(): void {
    const { pending, problem, head } = this.server;
    const reading = head.reading === undefined ? "" : ` ${Math.round(100 * head.reading)} %`;
    this.notice.textContent = problem !== "" ? problem : `The server reads the recording …${reading}`;
    this.notice.hidden = problem === "" && pending === 0 && reading === "";
  }

  /** Exchanges the recording for every span of the time that the page needs them of, when they are there. */
  private openSpans(state: Readonly<State>): boolean {
    const time = this.timeOfSpans(state);
    const near = time === null ? null : this.server.near(time);
    if (!near) return false;
    if (this.last !== near) {
      this.last = near;
      this.wanted = "";
      this.exchange(near);
    }
    return true;
  }

  /** The time of which each span is needed: what is selected, or the request that is open in the chart. */
  private timeOfSpans({ page, range, request }: Readonly<State>): Range | number | null {
    if (SPANS_NEEDED.has(page)) return range ?? this.server.head.range_ns;
    return page === "chart" && request > 0 ? request : null;
  }

  private async ask(view: Range | null, wanted: string): Promise<void> {
    const { server } = this;
    if (!view) return this.exchange(server.recording());
    const length = view[1] - view[0];
    const range: Range = [Math.max(0, view[0] - ASIDE * length), view[1] + ASIDE * length];
    const width = Math.ceil((1 + 2 * ASIDE) * window.innerWidth * window.devicePixelRatio);
    const answer = await server.watched(() => server.window(range, width));
    if (answer && this.wanted === wanted) this.exchange(server.recording(answer));
  }

  private exchange(recording: Recording): void {
    const span = sameSpanIn(this.app, recording);
    this.app.exchange(recording);
    if (span !== this.app.state.span) this.app.set({ span });
    document.documentElement.dataset["exchanges"] = String(Number(document.documentElement.dataset["exchanges"] ?? 0) + 1);
  }
}

/** What a picture depends on; the first one, of all time, is there from the start. */
function key(view: Range | null): string {
  return JSON.stringify([view, Math.round(window.innerWidth * window.devicePixelRatio)]);
}

/** The selected span's name in another recording: the segment that begins there. */
function sameSpanIn(app: App, recording: Recording): string {
  const span = spanOfKey(app.recording, app.state.span);
  if (!span || "life" in span) return "";
  const start = app.recording.lanes[span.lane].rows[span.depth].start[span.index];
  const row = recording.lanes[span.lane]?.rows[span.depth];
  const index = row ? firstAbove(row.start, start) - 1 : -1;
  return index >= 0 && row.start[index] === start ? `${span.lane}.${span.depth}.${index}` : "";
}
