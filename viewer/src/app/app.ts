/**
 * What all pages share: the recordings, the state, and what follows from both.
 *
 * `set` is the only way to change the state. It asks for a frame; in the frame the shell and the
 * open page draw the present state. Nobody keeps a copy of it.
 */

import { Search } from "../analysis/search.ts";
import type { Site } from "../data/head.ts";
import type { Recording } from "../data/recording.ts";
import { Colours } from "../draw/colours.ts";
import { fromHash, toHash } from "../state/hash.ts";
import type { State } from "../state/state.ts";
import { Keys } from "./keys.ts";

/** Browsers refuse more than about three changes of the address a second. */
const ADDRESS_DELAY_MS = 350;

export class App {
  readonly keys = new Keys();
  /** What the search finds. */
  search: Search;
  colours: Colours;
  private current: State;
  private drawing = false;
  private addressTimer = 0;
  /** The hash as it was last written or read. */
  private address = location.hash;
  private readonly dark = window.matchMedia("(prefers-color-scheme: dark)");

  /** `draw` is called in a frame after changes. */
  constructor(
    public recordings: readonly Recording[],
    private readonly draw: () => void,
  ) {
    this.current = fromHash(location.hash);
    this.search = new Search(this.recording, this.current.search);
    this.colours = this.makeColours();
    window.addEventListener("hashchange", () => {
      this.address = location.hash;
      this.set(fromHash(location.hash));
    });
    window.addEventListener("resize", () => this.redraw());
    this.dark.addEventListener("change", () => {
      this.colours = this.makeColours();
      this.redraw();
    });
  }

  /** The recording; the later one, where two are compared. */
  get recording(): Recording {
    return this.recordings[this.recordings.length - 1];
  }

  get state(): Readonly<State> {
    return this.current;
  }

  get isDark(): boolean {
    const { theme } = this.current;
    return theme === "dark" || (theme === "auto" && this.dark.matches);
  }

  /** Puts another recording in the place of the one there is: the same, seen from nearer or further. */
  exchange(recording: Recording): void {
    this.recordings = [...this.recordings.slice(0, -1), recording];
    this.search = new Search(recording, this.current.search);
    this.colours = this.makeColours();
    this.redraw();
  }

  /** A callsite, or after these a function. */
  site(index: number): Site {
    const { callsites, native, frames = native?.frames ?? [] } = this.recording.head;
    return index < callsites.length ? callsites[index] : frames[index - callsites.length];
  }

  /** Changes the state. */
  set(change: Partial<State>): void {
    const before = this.current;
    this.current = { ...before, ...change };
    if (this.current.search !== before.search) this.search = new Search(this.recording, this.current.search);
    if (this.current.theme !== before.theme || this.current.colour !== before.colour) this.colours = this.makeColours();
    this.redraw();
    // A page is a place to go back to; anything less is not.
    if (this.current.page !== before.page) this.writeAddress("pushState");
    else if (this.addressTimer === 0) {
      this.addressTimer = window.setTimeout(() => this.writeAddress("replaceState"), ADDRESS_DELAY_MS);
    }
  }

  /** Asks for a frame. */
  redraw(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw();
    });
  }

  private makeColours(): Colours {
    return new Colours(this.recording, this.current.colour, this.isDark);
  }

  private writeAddress(how: "pushState" | "replaceState"): void {
    window.clearTimeout(this.addressTimer);
    this.addressTimer = 0;
    // A link was followed, of which the event is still to come: the state is about to be the link's.
    if (location.hash !== this.address) return;
    const hash = toHash(this.current);
    this.address = hash;
    if (hash !== location.hash) history[how](null, "", hash === "" ? location.pathname + location.search : hash);
  }
}
