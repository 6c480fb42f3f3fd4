/**
 * *Chart*: what ran when.
 */

import type { App } from "../../app/app.ts";
import { element } from "../../app/elements.ts";
import type { Key } from "../../app/keys.ts";
import type { Page, PageView, Table } from "../../app/page.ts";
import { type Place, type Span, sameSpan, spanAt } from "../../data/recording.ts";
import { lifetimeOf, segmentsOf, spanKey, spanOfKey } from "../../data/span.ts";
import type { Range } from "../../state/state.ts";
import { Details } from "./details.ts";
import { Minimap } from "./minimap.ts";
import { AXIS, Picture } from "./picture.ts";
import { type PointerTarget, listen } from "./pointer.ts";
import { chartTable } from "./table.ts";
import { drawThreads, frameSegment } from "./threads.ts";
import { Tip } from "./tip.ts";
import { ROW, Tracks } from "./tracks.ts";
import { TimeWindow, around, moved, zoomed } from "./window.ts";

export const chart: Page = {
  id: "chart",
  title: "Chart",
  mount: (host, app) => new Chart(host, app),
};

/** How near to a span the pointer must be, in pixels. */
const SLACK = 3;
const KEY_ZOOM = 0.7;
const KEY_PAN = 0.2;

class Chart implements PageView, PointerTarget {
  private readonly tracks: Tracks;
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly map = element("canvas", { class: "minimap", attributes: { "aria-hidden": "true" } });
  private readonly picture: Picture;
  private readonly minimap: Minimap;
  private readonly details: Details;
  private readonly tip: Tip;
  private hovered: Place | null = null;
  /** A time that is being dragged over. */
  private measured: Range | null = null;
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
  ) {
    this.tracks = new Tracks(app.recording);
    this.picture = new Picture(this.canvas, app);
    this.minimap = new Minimap(this.map, app, this.tracks, () => this.view, (view) => this.look(view));
    this.details = new Details(app, (span) => this.reveal(span));
    this.tip = new Tip();
    listen(this.canvas, this);
    this.keys = this.makeKeys();
    const stage = element("div", { class: "stage" }, this.canvas, this.tip.element);
    host.append(element("div", { class: "chart" }, element("div", { class: "column" }, this.map, stage), this.details.element));
  }

  draw(): void {
    const started = performance.now();
    const { app, picture } = this;
    const { state } = app;
    const span = spanOfKey(app.recording, state.span);
    this.details.draw(span);
    picture.begin();
    const time = this.time();
    const effort = drawThreads(app, this.tracks, picture, time, this.scroll);
    if (span) for (const place of segmentsOf(app.recording, span)) this.frame(place, time, true);
    if (this.hovered) this.frame(this.hovered, time, false);
    picture.range(time, this.measured ?? state.range);
    picture.axis(time, app.recording.from);
    if (this.measured ?? state.range) picture.range(time, this.measured ?? state.range);
    this.minimap.draw();
    this.canvas.dataset["boxes"] = String(effort.boxes);
    this.canvas.dataset["steps"] = String(effort.steps);
    this.canvas.dataset["ms"] = (performance.now() - started).toFixed(2);
  }

  table(): Table {
    return chartTable(this.app, this.view);
  }

  time(): TimeWindow {
    return new TimeWindow(this.view, this.picture.width);
  }

  all(): Range {
    return [this.app.recording.from, this.app.recording.to];
  }

  look(view: Range): void {
    const all = this.all();
    this.app.set({ view: view[0] <= all[0] && view[1] >= all[1] ? null : view });
  }

  scrollBy(pixels: number): void {
    const most = Math.max(0, this.tracks.height - (this.picture.height - AXIS));
    this.app.set({ scroll: Math.max(0, Math.min(most, Math.round(this.scroll + pixels))) });
  }

  hover(x: number, y: number): void {
    const place = y < AXIS ? null : this.tracks.at(y - AXIS + this.scroll, this.time().time(x), SLACK / this.time().scale);
    this.hovered = place;
    this.tip.show(this.app, place && spanAt(this.app.recording, place), x, y);
    this.app.redraw();
  }

  leave(): void {
    this.hovered = null;
    this.tip.hide();
    this.app.redraw();
  }

  click(x: number, y: number): void {
    this.hover(x, y);
    this.app.set({ span: spanKey(this.hovered && spanAt(this.app.recording, this.hovered)) });
  }

  open(x: number, y: number): void {
    this.hover(x, y);
    if (this.hovered) this.zoomTo(spanAt(this.app.recording, this.hovered));
  }

  measure(range: Range, done: boolean): void {
    this.measured = done ? null : range;
    this.tip.hide();
    if (done && range[1] > range[0]) this.app.set({ range });
    else this.app.redraw();
  }

  private get view(): Range {
    return this.app.state.view ?? this.all();
  }

  private get scroll(): number {
    return this.app.state.scroll;
  }

  private frame(place: Place, time: TimeWindow, strong: boolean): void {
    frameSegment(this.app, this.tracks, this.picture, time, this.scroll, place, strong);
  }

  private zoomTo(span: Span): void {
    this.look(around(lifetimeOf(this.app.recording, span), this.all()));
  }

  /** Selects a span and brings it into view. */
  private reveal(span: Span): void {
    const [start, end] = lifetimeOf(this.app.recording, span);
    const [from, to] = this.view;
    const [place] = segmentsOf(this.app.recording, span);
    this.app.set({ span: spanKey(span) });
    if (end < from || start > to) this.look(around([start, end], this.all()));
    if (!place) return;
    const top = this.tracks.top(place.lane, place.depth);
    const bottom = this.scroll + this.picture.height - AXIS - ROW;
    if (top < this.scroll || top > bottom) this.app.set({ scroll: Math.max(0, top - 3 * ROW) });
  }

  private makeKeys(): Key[] {
    const middle = () => (this.view[0] + this.view[1]) / 2;
    const zoom = (factor: number) => () => this.look(zoomed(this.view, factor, middle(), this.all()));
    const pan = (share: number) => () => this.look(moved(this.view, share * (this.view[1] - this.view[0]), this.all()));
    return [
      { keys: ["w", "+", "="], does: "Zoom in", run: zoom(KEY_ZOOM) },
      { keys: ["s", "-"], does: "Zoom out", run: zoom(1 / KEY_ZOOM) },
      { keys: ["a", "ArrowLeft"], does: "Earlier", run: pan(-KEY_PAN) },
      { keys: ["d", "ArrowRight"], does: "Later", run: pan(KEY_PAN) },
      { keys: ["ArrowUp"], does: "Up", run: () => this.scrollBy(-3 * ROW) },
      { keys: ["ArrowDown"], does: "Down", run: () => this.scrollBy(3 * ROW) },
      { keys: ["0", "Home"], does: "All of the time", run: () => this.app.set({ view: null }) },
      { keys: ["z", "Enter"], does: "Zoom to the selected time or span", run: () => this.zoomToSelected() },
    ];
  }

  private zoomToSelected(): void {
    const { range, span } = this.app.state;
    const selected = spanOfKey(this.app.recording, span);
    if (selected && !sameSpan(selected, null)) this.zoomTo(selected);
    else if (range) this.look(range);
  }
}
