/**
 * A distribution on the page: the picture, and durations selected by dragging over it.
 */

import type { App } from "../app/app.ts";
import { element } from "../app/elements.ts";
import { count, duration, percent } from "../app/format.ts";
import type { Key } from "../app/keys.ts";
import { Tip } from "../app/tip.ts";
import { CanvasSheet } from "../draw/sheet.ts";
import { SvgSheet } from "../draw/svg.ts";
import type { Range } from "../state/state.ts";
import { type Bins, type Durations, binAt, binsOf, durationAt } from "./bins.ts";
import { type DistributionModel, LEFT, RIGHT, drawDistribution } from "./picture.ts";

/** A pointer that moved less was a click, in pixels. */
const CLICK = 4;
/** The width of a bin, in pixels, at least. */
const BIN = 7;
const SVG_WIDTH = 1000;
const SVG_HEIGHT = 320;

export class Distribution {
  readonly element = element("div", { class: "stage distribution" });
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly tip = new Tip();
  private readonly sheet: CanvasSheet;
  private model: DistributionModel | null = null;
  private durations: Durations | null = null;
  private bins: Bins | null = null;
  private most = 0;
  private pressed: { x: number; dragged: boolean } | null = null;
  private dragging: Range | null = null;

  constructor(private readonly app: App) {
    const { canvas } = this;
    this.sheet = new CanvasSheet(canvas);
    this.element.append(canvas, this.tip.element);
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pressed = { x: event.offsetX, dragged: false };
    });
    canvas.addEventListener("pointermove", (event) => this.move(event.offsetX, event.offsetY));
    canvas.addEventListener("pointerup", (event) => this.release(event.offsetX));
    canvas.addEventListener("pointercancel", () => (this.pressed = this.dragging = null));
    canvas.addEventListener("pointerleave", () => this.tip.hide());
  }

  /** Shows durations; the selected ones are in the state. */
  draw(durations: Durations, model: Omit<DistributionModel, "bins" | "selected">): void {
    const { sheet, app } = this;
    sheet.begin(app.colours.ink.page);
    const most = Math.max(8, Math.floor((sheet.width - LEFT - RIGHT) / BIN));
    if (!this.bins || this.durations?.values !== durations.values || this.most !== most) {
      this.bins = binsOf(durations, most);
      this.durations = durations;
      this.most = most;
    }
    this.model = { ...model, bins: this.bins, selected: this.dragging ?? app.state.lengths };
    drawDistribution(sheet, app.colours.ink, this.model);
  }

  svg(): string {
    const { model, app } = this;
    if (!model) return "";
    const sheet = new SvgSheet(SVG_WIDTH, SVG_HEIGHT, this.sheet.labels, app.colours.ink.page);
    drawDistribution(sheet, app.colours.ink, model);
    return sheet.finish();
  }

  keys(): Key[] {
    return [
      { keys: ["ArrowLeft"], does: "Select shorter ones", run: () => this.step(-1, -1) },
      { keys: ["ArrowRight"], does: "Select longer ones", run: () => this.step(1, 1) },
      { keys: ["Shift+ArrowLeft"], does: "Up to less long ones", run: () => this.step(0, -1) },
      { keys: ["Shift+ArrowRight"], does: "Up to longer ones", run: () => this.step(0, 1) },
      { keys: ["0", "Home"], does: "All durations", run: () => this.app.set({ lengths: null }) },
    ];
  }

  /** How many each bin has, for the table twin. */
  rows(): { from: number; to: number; count: number; time: number }[] {
    const { bins } = this;
    if (!bins) return [];
    const edge = (bin: number) => 10 ** (bins.from + bin / bins.perDecade);
    const rows = Array.from(bins.count, (count, bin) => ({ from: edge(bin), to: edge(bin + 1), count, time: bins.time[bin] }));
    return rows.filter((row) => row.count > 0);
  }

  private duration(x: number): number {
    if (!this.bins) return 0;
    const share = (x - LEFT) / (this.sheet.width - LEFT - RIGHT);
    return durationAt(this.bins, Math.max(0, Math.min(1, share)));
  }

  private move(x: number, y: number): void {
    const { pressed } = this;
    if (pressed) pressed.dragged ||= Math.abs(x - pressed.x) > CLICK;
    if (!pressed?.dragged) return this.hover(x, y);
    this.tip.hide();
    this.dragging = this.between(pressed.x, x);
    this.app.redraw();
  }

  private release(x: number): void {
    const { pressed } = this;
    this.pressed = this.dragging = null;
    if (pressed) this.app.set({ lengths: pressed.dragged ? this.between(pressed.x, x) : null });
  }

  /** Whole bins, so that what is coloured is what is listed. */
  private between(a: number, b: number): Range {
    const { bins } = this;
    if (!bins) return [0, 1];
    const [low, high] = [this.duration(Math.min(a, b)), this.duration(Math.max(a, b))];
    return this.range(binAt(bins, low), binAt(bins, high));
  }

  private range(first: number, last: number): Range {
    const edge = (bin: number) => (this.bins ? 10 ** (this.bins.from + bin / this.bins.perDecade) : 0);
    return [Math.max(0, Math.ceil(edge(first))), Math.max(1, Math.ceil(edge(last + 1)))];
  }

  /** Moves the ends of what is selected over bins that have something. */
  private step(low: number, high: number): void {
    const { bins } = this;
    if (!bins) return;
    const used = Array.from(bins.count.keys()).filter((bin) => bins.count[bin] > 0);
    const { lengths } = this.app.state;
    const last = used.length - 1;
    const place = (ns: number) => Math.max(0, used.findLastIndex((bin) => bin <= binAt(bins, ns)));
    const at = lengths ? [place(lengths[0]), place(lengths[1] - 1)] : [last - low, last - high];
    const first = Math.max(0, Math.min(last, at[0] + low));
    const end = Math.max(first, Math.min(last, at[1] + high));
    if (used.length > 0) this.app.set({ lengths: this.range(used[first], used[end]) });
  }

  private hover(x: number, y: number): void {
    const { bins, model } = this;
    const isInside = x >= LEFT && x <= this.sheet.width - RIGHT;
    if (!bins || !model || !isInside || bins.total.count === 0) return this.tip.hide();
    const bin = binAt(bins, this.duration(x));
    const [from, to] = this.range(bin, bin);
    const lines = [
      `${duration(from)} … ${duration(to)}`,
      `${count(bins.count[bin])} ${model.noun} · ${percent(bins.count[bin] / bins.total.count)}`,
      `${duration(bins.time[bin])} together · ${percent(bins.time[bin] / bins.total.time)}`,
    ];
    this.tip.show(lines, x, y);
  }
}
