/**
 * When requests started, and how long they lived: a cell for each time and lifetime, the darker the
 * more of them.
 */

import type { RequestRow } from "../../analysis/requests.ts";
import type { App } from "../../app/app.ts";
import { element } from "../../app/elements.ts";
import { count, duration } from "../../app/format.ts";
import { Tip } from "../../app/tip.ts";
import { tickLabel, ticks } from "../../draw/axis.ts";
import type { Ink } from "../../draw/colours.ts";
import { blend, pixel } from "../../draw/palette.ts";
import { CanvasSheet, type Sheet } from "../../draw/sheet.ts";
import { type Bins, binAt, binsOf, roundDurations, shareOf } from "../../distribution/bins.ts";
import type { Range } from "../../state/state.ts";

/** In CSS pixels. */
const LEFT = 58;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 22;
const CELL = 8;
const TICK_EVERY = 90;
const CLICK = 4;
/** A cell with one request has so much of the colour. */
const PALEST = 0.4;

interface Cells {
  rows: readonly RequestRow[];
  across: number;
  bins: Bins;
  /** The requests of each cell: `column * lifetimes + bin`. */
  inside: Map<number, RequestRow[]>;
  most: number;
}

export class Heatmap {
  readonly element = element("div", { class: "stage heatmap" });
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly tip = new Tip();
  private readonly sheet: CanvasSheet;
  private cells: Cells | null = null;
  private pressed: { x: number; dragged: boolean } | null = null;
  private dragging: Range | null = null;

  constructor(
    private readonly app: App,
    private readonly choose: (row: RequestRow) => void,
  ) {
    const { canvas } = this;
    this.sheet = new CanvasSheet(canvas);
    this.element.append(canvas, this.tip.element);
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pressed = { x: event.offsetX, dragged: false };
    });
    canvas.addEventListener("pointermove", (event) => this.move(event.offsetX, event.offsetY));
    canvas.addEventListener("pointerup", (event) => this.release(event.offsetX, event.offsetY));
    canvas.addEventListener("pointercancel", () => (this.pressed = this.dragging = null));
    canvas.addEventListener("pointerleave", () => this.tip.hide());
  }

  draw(rows: readonly RequestRow[], chosen: RequestRow | undefined): void {
    const { sheet, app } = this;
    const { ink } = app.colours;
    sheet.begin(ink.page);
    const across = Math.max(1, Math.floor((sheet.width - LEFT - RIGHT) / CELL));
    if (this.cells?.rows !== rows || this.cells.across !== across) this.cells = this.sort(rows, across);
    this.fill(ink, this.cells);
    sheet.put();
    if (rows.length === 0) return;
    this.writeAxes(sheet, ink, this.cells.bins);
    this.drawDragged(ink);
    if (chosen) this.mark(ink, this.cells.bins, chosen);
  }

  private all(): Range {
    const { recording, state } = this.app;
    return state.range ?? [recording.from, recording.to];
  }

  private sort(rows: readonly RequestRow[], across: number): Cells {
    const bins = binsOf({ values: Float64Array.from(rows, (row) => row.lifetime) }, Math.max(4, Math.floor((this.sheet.height - TOP - BOTTOM) / CELL)));
    const inside = new Map<number, RequestRow[]>();
    let most = 1;
    const [from, to] = this.all();
    for (const row of rows) {
      const column = Math.max(0, Math.min(across - 1, Math.floor(((row.start - from) / (to - from)) * across)));
      const cell = column * bins.count.length + binAt(bins, row.lifetime);
      const known = inside.get(cell) ?? [];
      known.push(row);
      inside.set(cell, known);
      most = Math.max(most, known.length);
    }
    return { rows, across, bins, inside, most };
  }

  private x(share: number): number {
    return LEFT + share * (this.sheet.width - LEFT - RIGHT);
  }

  private y(share: number): number {
    return this.sheet.height - BOTTOM - share * (this.sheet.height - TOP - BOTTOM);
  }

  private fill(ink: Ink, { across, bins, inside, most }: Cells): void {
    const { surface, ratio } = this.sheet;
    const { lengths } = this.app.state;
    const high = bins.count.length;
    for (const [cell, rows] of inside) {
      const [column, bin] = [Math.floor(cell / high), cell % high];
      const isSelected = !lengths || rows.some((row) => row.lifetime >= lengths[0] && row.lifetime < lengths[1]);
      const share = PALEST + (1 - PALEST) * (most > 1 ? Math.log(rows.length) / Math.log(most) : 1);
      const colour = blend(ink.page, ink.accent, isSelected ? share : share / 4);
      const [left, right] = [column, column + 1].map((edge) => Math.round(this.x(edge / across) * ratio));
      const [top, bottom] = [bin + 1, bin].map((edge) => Math.round(this.y(edge / high) * ratio));
      surface.fill(left, top, right - 1, bottom - 1, pixel(colour));
    }
  }

  private writeAxes(sheet: Sheet, ink: Ink, bins: Bins): void {
    const { labels } = sheet;
    const [from, to] = this.all();
    const origin = this.app.recording.from;
    sheet.cover(LEFT, this.y(0), sheet.width - RIGHT, this.y(0) + 1, ink.line);
    sheet.cover(LEFT - 1, TOP, LEFT, this.y(0), ink.line);
    const { at, step } = ticks(from - origin, to - origin, (sheet.width - LEFT - RIGHT) / TICK_EVERY);
    for (const tick of at) {
      const x = Math.round(this.x((tick + origin - from) / (to - from)));
      const label = tickLabel(tick, step, to - origin);
      sheet.cover(x, this.y(0), x + 1, this.y(0) + 4, ink.line);
      if (x + labels.width(label) < sheet.width) sheet.write(label, x, this.y(0) + 13, ink.faint);
    }
    let taken = Infinity;
    for (const { ns, major } of roundDurations(bins)) {
      const y = Math.round(this.y(shareOf(bins, ns)));
      if (!major || taken - y < 14) continue;
      const label = duration(ns).replace(/\.0+ /, " ");
      sheet.cover(LEFT, y, sheet.width - RIGHT, y + 1, ink.line, 0.5);
      sheet.write(label, LEFT - 8 - labels.width(label), y, ink.faint);
      taken = y;
    }
  }

  private drawDragged(ink: Ink): void {
    if (!this.dragging) return;
    const [from, to] = this.all();
    const [left, right] = this.dragging.map((ns) => this.x((ns - from) / (to - from)));
    this.sheet.cover(left, TOP, right, this.y(0), ink.accent, 0.2);
  }

  private mark(ink: Ink, bins: Bins, { start, lifetime }: RequestRow): void {
    const [from, to] = this.all();
    const x = this.x((start - from) / (to - from));
    const y = this.y(shareOf(bins, lifetime));
    this.sheet.frame(x - 6, y - 6, x + 6, y + 6, ink.text, 2);
  }

  private time(x: number): number {
    const [from, to] = this.all();
    const share = (x - LEFT) / (this.sheet.width - LEFT - RIGHT);
    return Math.round(from + Math.max(0, Math.min(1, share)) * (to - from));
  }

  /** The requests of the cell at a point, or of the nearest one beside it. */
  private at(x: number, y: number): RequestRow[] {
    if (!this.cells) return [];
    const { across, bins, inside } = this.cells;
    const high = bins.count.length;
    const column = Math.floor(((x - LEFT) / (this.sheet.width - LEFT - RIGHT)) * across);
    const bin = Math.floor(((this.y(0) - y) / (this.y(0) - TOP)) * high);
    for (const [right, up] of [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0]]) {
      const rows = bin + up >= 0 && bin + up < high ? inside.get((column + right) * high + bin + up) : undefined;
      if (rows) return rows;
    }
    return [];
  }

  private move(x: number, y: number): void {
    const { pressed } = this;
    if (pressed) pressed.dragged ||= Math.abs(x - pressed.x) > CLICK;
    if (!pressed?.dragged) return this.hover(x, y);
    const [low, high] = [this.time(Math.min(x, pressed.x)), this.time(Math.max(x, pressed.x))];
    this.dragging = [low, Math.max(low + 1, high)];
    this.tip.hide();
    this.app.redraw();
  }

  private release(x: number, y: number): void {
    const { dragging } = this;
    this.pressed = this.dragging = null;
    if (dragging) this.app.set({ range: dragging });
    else {
      const [slowest] = [...this.at(x, y)].sort((a, b) => b.lifetime - a.lifetime);
      if (slowest) this.choose(slowest);
    }
  }

  private hover(x: number, y: number): void {
    const rows = this.at(x, y);
    if (rows.length === 0) return this.tip.hide();
    const [low, high] = [Math.min, Math.max].map((pick) => rows.reduce((best, row) => pick(best, row.lifetime), rows[0].lifetime));
    this.tip.show([`${count(rows.length)} ${rows.length === 1 ? "request" : "requests"}`, low === high ? duration(low) : `${duration(low)} … ${duration(high)}`], x, y);
  }
}
