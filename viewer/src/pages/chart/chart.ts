/**
 * *Chart*: what ran when, on all threads or in one request.
 */

import { NOTHING_LEFT } from "../../analysis/segmentcosts.ts";
import type { App } from "../../app/app.ts";
import { Bar, space } from "../../app/bar.ts";
import { compensatedKey, compensatedPart } from "../../app/compensatedpart.ts";
import { button, element } from "../../app/elements.ts";
import type { Key } from "../../app/keys.ts";
import type { Page, PageView, Table } from "../../app/page.ts";
import { Tip } from "../../app/tip.ts";
import { type Place, type Span, sameSpan } from "../../data/recording.ts";
import { lifetimeOf, spanKey, spanOfKey } from "../../data/span.ts";
import { CanvasSheet, type Sheet } from "../../draw/sheet.ts";
import { SvgSheet } from "../../draw/svg.ts";
import type { Range } from "../../state/state.ts";
import { drawAxis, drawRange } from "./axis.ts";
import { Details, summaryOf } from "./details.ts";
import { type Moves, chartKeys } from "./keys.ts";
import { Minimap } from "./minimap.ts";
import { type PointerTarget, listen } from "./pointer.ts";
import { RequestScene } from "./request.ts";
import { AXIS, type Box, type Found, ROW, type Scene } from "./scene.ts";
import { Threads } from "./threads.ts";
import { TimeWindow, around } from "./window.ts";

export const chart: Page = {
  id: "chart",
  title: "Chart",
  mount: (host, app) => new Chart(host, app),
};

/** How near to a span the pointer must be, in pixels. */
const SLACK = 3;

class Chart implements PageView, PointerTarget, Moves {
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly heading = element("div", { class: "heading" });
  private readonly bar: Bar;
  private readonly sheet: CanvasSheet;
  private readonly minimap: Minimap;
  private readonly details: Details;
  private readonly tip = new Tip();
  private readonly threads: Threads;
  private scene: Scene;
  /** The request that the scene is of, 0 for all threads. */
  private request = 0;
  private hovered: Box | null = null;
  /** A time that is being dragged over. */
  private measured: Range | null = null;
  /** What `find` found last. */
  private found: Found | null = null;
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
  ) {
    this.heading.hidden = true;
    this.keys = [...chartKeys(this), compensatedKey(app)];
    this.bar = new Bar([space(), compensatedPart(app, () => this.threads.costs()?.total() ?? NOTHING_LEFT, "hatched: recording took it")]);
    this.bar.element.classList.add("slim");
    this.threads = new Threads(app);
    this.scene = this.threads;
    this.sheet = new CanvasSheet(this.canvas);
    const map = element("canvas", { class: "minimap", attributes: { "aria-hidden": "true" } });
    this.minimap = new Minimap(map, app, this);
    this.details = new Details(app, (span) => this.reveal(span));
    listen(this.canvas, this);
    const stage = element("div", { class: "stage" }, this.canvas, this.tip.element);
    const column = element("div", { class: "column" }, map, this.bar.element, this.heading, stage);
    host.append(element("div", { class: "chart" }, column, this.details.element));
  }

  draw(): void {
    const started = performance.now();
    const { app, sheet } = this;
    this.openScene();
    this.bar.draw();
    const span = spanOfKey(app.recording, app.state.span);
    this.details.draw(span);
    sheet.begin(app.colours.ink.page);
    const effort = this.drawOn(sheet);
    for (const box of span ? this.scene.boxes(span) : []) this.frame(box, true);
    if (this.hovered) this.frame(this.hovered, false);
    this.minimap.draw();
    this.canvas.dataset["boxes"] = String(effort.boxes);
    this.canvas.dataset["steps"] = String(effort.steps);
    this.canvas.dataset["ms"] = (performance.now() - started).toFixed(2);
  }

  table(): Table {
    return this.scene.table(this.view);
  }

  find(step: 1 | -1): void {
    const { app } = this;
    if (!app.search.active) return;
    const found = this.scene.find(step, this.found, this.view);
    if (!found) return;
    this.found = found;
    this.reveal(found.span, found.place);
  }

  svg(): string {
    const { sheet } = this;
    const file = new SvgSheet(sheet.width, sheet.height, sheet.labels, this.app.colours.ink.page);
    this.drawOn(file);
    return file.finish();
  }

  get view(): Range {
    return this.app.state.view ?? this.scene.range;
  }

  get all(): Range {
    return this.scene.range;
  }

  time(): TimeWindow {
    return new TimeWindow(this.view, this.sheet.width);
  }

  look(view: Range): void {
    this.app.set({ view: view[0] <= this.all[0] && view[1] >= this.all[1] ? null : view });
  }

  scrollBy(pixels: number): void {
    const most = Math.max(0, this.scene.height - (this.sheet.height - AXIS));
    this.app.set({ scroll: Math.max(0, Math.min(most, Math.round(this.app.state.scroll + pixels))) });
  }

  hover(x: number, y: number): void {
    const time = this.time();
    const height = y - AXIS + this.app.state.scroll;
    const slack = SLACK / time.scale;
    this.hovered = y < AXIS ? null : this.scene.at(height, time.time(x), slack);
    const instants = y < AXIS || this.hovered ? null : this.scene.instants(height, time.time(x), slack);
    this.tip.show(this.hovered ? summaryOf(this.app, this.hovered, this.costs()) : instants, x, y);
    this.app.redraw();
  }

  /** What recording took of segments, where the scene shows that. */
  private costs() {
    return this.scene === this.threads ? this.threads.costs() : null;
  }

  leave(): void {
    this.hovered = null;
    this.tip.hide();
    this.app.redraw();
  }

  click(x: number, y: number): void {
    this.hover(x, y);
    this.app.set({ span: spanKey(this.hovered?.span ?? null) });
  }

  open(x: number, y: number): void {
    this.hover(x, y);
    if (this.hovered) this.look(around([this.hovered.from, this.hovered.to], this.all));
  }

  measure(range: Range, done: boolean): void {
    this.measured = done ? null : range;
    this.tip.hide();
    if (done && range[1] > range[0]) this.app.set({ range });
    else this.app.redraw();
  }

  zoomToSelected(): void {
    const { range, span } = this.app.state;
    const selected = spanOfKey(this.app.recording, span);
    if (selected) this.look(around(lifetimeOf(this.app.recording, selected), this.all));
    else if (range) this.look(range);
  }

  /** Selects a span and brings it into view. */
  reveal(span: Span, place: Place | null = null): void {
    const boxes = this.scene.boxes(span);
    const box = boxes.find((box) => place && sameSpan(box.place, place)) ?? boxes[0];
    this.app.set({ span: spanKey(span) });
    if (!box) return;
    const [from, to] = this.view;
    if (box.to < from || box.from > to) this.look(around([box.from, box.to], this.all));
    const { scroll } = this.app.state;
    const bottom = scroll + this.sheet.height - AXIS - ROW;
    if (box.top < scroll || box.top > bottom) this.app.set({ scroll: Math.max(0, box.top - 3 * ROW) });
  }

  /** Opens the scene of the state's request, or of all threads. */
  private openScene(): void {
    const { request } = this.app.state;
    if (request === this.request) return;
    this.request = request;
    this.hovered = this.found = null;
    const root = request > 0 ? this.app.recording.lives.number.indexOf(request) : -1;
    this.scene = root >= 0 ? new RequestScene(this.app, root) : this.threads;
    const title = this.scene.title();
    this.heading.hidden = title === null;
    const back = button("← All threads", "Back to all threads", () => this.app.set({ request: 0, view: null, scroll: 0 }));
    this.heading.replaceChildren(back, element("span", {}, title ?? ""));
  }

  /** All that is in a picture of the chart, on the page or in a file. */
  private drawOn(sheet: Sheet): { boxes: number; steps: number } {
    const { app } = this;
    const { ink } = app.colours;
    const time = new TimeWindow(this.view, sheet.width);
    const effort = this.scene.draw(sheet, time, app.state.scroll);
    drawAxis(sheet, ink, time, this.scene.origin);
    const range = this.measured ?? app.state.range;
    if (range) drawRange(sheet, ink, time, range);
    return effort;
  }

  private frame(box: Box, strong: boolean): void {
    const { sheet } = this;
    const time = this.time();
    const left = Math.max(-3, time.x(box.from));
    const right = Math.min(sheet.width + 3, time.x(box.to));
    const top = AXIS + box.top - this.app.state.scroll;
    if (right < 0 || left > sheet.width || top < AXIS - 2 || top > sheet.height) return;
    const { ink } = this.app.colours;
    sheet.frame(left, top - 0.5, Math.max(left + 2, right), top + ROW - 0.5, strong ? ink.accent : ink.text, strong ? 2 : 1);
  }
}
