/**
 * The chart of one request: its spans as they descend from one another, on whatever threads. Solid
 * where a span runs, hatched where it waits.
 */

import type { App } from "../../app/app.ts";
import { exactDuration } from "../../app/format.ts";
import type { Table } from "../../app/page.ts";
import { type Recording, type Span, sameSpan } from "../../data/recording.ts";
import { busyOf, fieldsOf, segmentsOf, siteOf, spanKey } from "../../data/span.ts";
import { type Rgb, blend, pixel } from "../../draw/palette.ts";
import type { Effort } from "../../draw/rowpainter.ts";
import type { Sheet } from "../../draw/sheet.ts";
import type { Range } from "../../state/state.ts";
import { type RequestItem, type RequestLayout, layOut } from "./requestlayout.ts";
import { AXIS, type Box, type Found, LABEL_FROM, LABEL_MARGIN, ROW, type Scene } from "./scene.ts";
import type { TimeWindow } from "./window.ts";

const PITCH = 7;
/** How much of its colour a span has where it waits, in the lines and between them. */
const LINES = 0.55;
const BETWEEN = 0.16;
const TABLE_ROWS = 300;

export class RequestScene implements Scene {
  readonly height: number;
  readonly range: Range;
  readonly origin: number;
  private readonly recording: Recording;
  private readonly layout: RequestLayout;
  private readonly rows: RequestItem[][];

  /** `root` is the life that the request begins with. */
  constructor(
    private readonly app: App,
    private readonly root: number,
  ) {
    this.recording = app.recording;
    this.layout = layOut(app.recording, root);
    this.rows = Array.from({ length: this.layout.rows }, () => []);
    for (const item of this.layout.items) this.rows[item.row].push(item);
    const start = Math.min(...this.rows.map(([first]) => first?.start ?? Infinity));
    const end = this.layout.items.reduce((end, item) => Math.max(end, item.end), start + 1);
    this.origin = start;
    const room = (end - start) * 0.01;
    this.range = [Math.max(0, start - room), end + room];
    this.height = this.layout.rows * ROW + ROW;
  }

  title(): string {
    const fields = fieldsOf(this.recording, { life: this.root }).map(({ name, value }) => `${name}=${value}`);
    const name = this.app.site(this.recording.lives.site[this.root]).name;
    const left = this.layout.left > 0 ? [`(${this.layout.left} spans that lived shortest are left out)`] : [];
    return [`Request ${this.recording.lives.number[this.root]}: ${name}`, ...fields, ...left].join("  ");
  }

  draw(sheet: Sheet, time: TimeWindow, scroll: number): Effort {
    const effort: Effort = { boxes: 0, steps: 0 };
    const written: { item: RequestItem; middle: number }[] = [];
    const first = Math.max(0, Math.floor(scroll / ROW));
    const last = Math.min(this.rows.length, Math.ceil((scroll + sheet.height - AXIS) / ROW) + 1);
    for (let row = first; row < last; row++) {
      const top = AXIS + row * ROW - scroll;
      for (const item of this.rows[row]) {
        if (item.end < time.from || item.start > time.to) continue;
        effort.steps++;
        this.drawItem(sheet, time, top, item, effort);
        if ((item.end - item.start) * time.scale >= LABEL_FROM) written.push({ item, middle: top + ROW / 2 });
      }
    }
    sheet.put();
    for (const { item, middle } of written) if (middle > AXIS) this.writeLabel(sheet, time, item, middle);
    return effort;
  }

  at(height: number, ns: number, slack: number): Box | null {
    const row = this.rows[Math.floor(height / ROW)] ?? [];
    const away = (item: RequestItem) => Math.max(item.start - ns, ns - item.end, 0);
    const near = row.filter((item) => away(item) <= slack).sort((a, b) => away(a) - away(b));
    return near.length > 0 ? box(near[0]) : null;
  }

  instants(): null {
    return null;
  }

  boxes(span: Span): Box[] {
    return this.layout.items.filter((item) => sameSpan(item.span, span)).map(box);
  }

  find(step: 1 | -1, last: Found | null, view: Range): Found | null {
    const { layout, recording } = this;
    const { search } = this.app;
    const isFound = ({ span }: RequestItem) => search.finds(siteOf(recording, span), "life" in span ? span.life : -1);
    // A stable order: of those that start together, parents come first.
    const found = layout.items.filter(isFound).sort((a, b) => a.start - b.start);
    const at = last ? found.findIndex(({ span }) => sameSpan(span, last.span)) : -1;
    const ns = last?.ns ?? (step > 0 ? view[0] - 1 : view[1] + 1);
    const isNext = ({ start }: RequestItem) => (step > 0 ? start > ns : start < ns);
    const next = at >= 0 ? found[at + step] : step > 0 ? found.find(isNext) : found.findLast(isNext);
    const item = next ?? (step > 0 ? found[0] : found.at(-1));
    return item ? { span: item.span, place: null, ns: item.start } : null;
  }

  table(view: Range): Table {
    const { app, recording } = this;
    const levels: number[] = [];
    const shown = this.layout.items.filter((item) => item.end >= view[0] && item.start <= view[1]);
    for (const item of this.layout.items) levels.push(item.parent < 0 ? 1 : levels[item.parent] + 1);
    const rows = shown.slice(0, TABLE_ROWS).map((item) => ({
      cells: [
        app.site(siteOf(recording, item.span)).name,
        threadsOf(recording, item.span),
        exactDuration(item.start - this.origin),
        exactDuration(busyOf(recording, item.span)),
        exactDuration(item.end - item.start),
      ],
      level: levels[this.layout.items.indexOf(item)],
      choose: () => app.set({ span: spanKey(item.span) }),
    }));
    return { caption: this.title(), columns: ["span", "thread", "start", "busy", "lifetime"], rows, total: shown.length };
  }

  private colour(span: Span, lane: number): Rgb {
    const { colours, search } = this.app;
    const site = siteOf(this.recording, span);
    const colour = colours.of(site, lane);
    return search.active && !search.finds(site, "life" in span ? span.life : -1) ? colours.passedOver(colour) : colour;
  }

  private drawItem(sheet: Sheet, time: TimeWindow, top: number, item: RequestItem, effort: Effort): void {
    const { surface, ratio } = sheet;
    const { ink } = this.app.colours;
    const places = segmentsOf(this.recording, item.span);
    const own = this.colour(item.span, places[0]?.lane ?? -1);
    const [from, to] = [Math.max(AXIS * ratio, Math.round(top * ratio)), Math.round((top + ROW) * ratio) - 1];
    const x = (ns: number) => Math.round(time.x(ns) * ratio);
    const right = Math.max(x(item.start) + 1, x(item.end));
    surface.hatch(x(item.start), from, right, to, pixel(blend(ink.page, own, LINES)), pixel(blend(ink.page, own, BETWEEN)), Math.round(PITCH * ratio));
    effort.boxes++;
    let taken = -1;
    for (const { lane, depth, index } of places) {
      const row = this.recording.lanes[lane].rows[depth];
      const left = Math.max(taken, x(row.start[index]));
      const end = Math.max(left + 1, x(row.end[index]));
      if (end <= taken || end < 0 || left > surface.width) continue;
      surface.fill(left, from, end, to, pixel(this.colour(item.span, lane)));
      effort.boxes++;
      taken = x(row.start[index]) + 1;
    }
  }

  private writeLabel(sheet: Sheet, time: TimeWindow, item: RequestItem, middle: number): void {
    const left = Math.max(0, time.x(item.start)) + LABEL_MARGIN;
    const right = Math.min(sheet.width, time.x(item.end)) - LABEL_MARGIN;
    const text = sheet.labels.fit(this.app.site(siteOf(this.recording, item.span)).name, right - left);
    if (text === "") return;
    const { ink } = this.app.colours;
    const behind = busyAt(this.recording, item.span, time.time(left), time.time(left + sheet.labels.width(text)));
    // Text that stands on hatching is in the page's own ink.
    sheet.write(text, left, middle, behind > 0.5 ? ink.label : ink.text);
  }
}

function box(item: RequestItem): Box {
  return { span: item.span, place: null, from: item.start, to: item.end, top: item.row * ROW };
}

/** The share of a time in which a span runs. */
function busyAt(recording: Recording, span: Span, from: number, to: number): number {
  let busy = 0;
  for (const { lane, depth, index } of segmentsOf(recording, span)) {
    const row = recording.lanes[lane].rows[depth];
    busy += Math.max(0, Math.min(row.end[index], to) - Math.max(row.start[index], from));
  }
  return busy / Math.max(1, to - from);
}

function threadsOf(recording: Recording, span: Span): string {
  return [...new Set(segmentsOf(recording, span).map(({ lane }) => recording.lanes[lane].label))].join(", ");
}
