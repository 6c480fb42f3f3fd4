/**
 * A merged graph on the page: the canvas, the pointer, and a cursor that the arrow keys move.
 *
 * Takes a `GraphModel`, which a page makes from the state; draws what of it is in view. The page
 * says what a click does. Frames too narrow to see are left out; the table twin has them.
 */

import type { App } from "../app/app.ts";
import { element } from "../app/elements.ts";
import type { Key } from "../app/keys.ts";
import { Tip } from "../app/tip.ts";
import type { Rgb } from "../draw/palette.ts";
import { CanvasSheet } from "../draw/sheet.ts";
import { SvgSheet } from "../draw/svg.ts";
import type { Box } from "./layout.ts";
import { FRAME, type GraphModel, boxesOf, drawGraph, heightOf, topOf } from "./picture.ts";

const WHEEL_LINE = 16;
/** A frame that is found and narrower than this is zoomed to. */
const NARROWEST_FOUND = 20;
/** The SVG file's, in CSS pixels. */
const SVG_WIDTH = 1200;

export class Graph {
  readonly element = element("div", { class: "stage" });
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly tip = new Tip();
  private readonly sheet: CanvasSheet;
  private model: GraphModel | null = null;
  private boxes: Box[] = [];
  private hovered = -1;
  /** The node that keys act on. */
  cursor = -1;
  private scroll = 0;

  constructor(
    private readonly app: App,
    /** What a click on a node, or Enter at the cursor, does. */
    private readonly choose: (node: number) => void,
    private readonly open: (node: number) => void = () => {},
  ) {
    const { canvas } = this;
    this.sheet = new CanvasSheet(canvas);
    this.element.append(canvas, this.tip.element);
    canvas.addEventListener("pointermove", (event) => this.hover(event.offsetX, event.offsetY));
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("click", (event) => this.pick(this.at(event.offsetX, event.offsetY)));
    canvas.addEventListener("dblclick", (event) => this.openAt(event.offsetX, event.offsetY));
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
  }

  draw(model: GraphModel): void {
    const { sheet, app } = this;
    if (this.model?.layout !== model.layout) this.cursor = this.hovered = -1;
    if (this.model?.layout !== model.layout || this.model.zoom !== model.zoom) this.scroll = 0;
    this.model = model;
    sheet.begin(app.colours.ink.page);
    this.boxes = boxesOf(model, sheet.width);
    this.scroll = Math.max(0, Math.min(this.scroll, heightOf(model) - sheet.height));
    drawGraph(sheet, app.colours.ink, model, this.boxes, this.scroll);
    this.frame(this.hovered, app.colours.ink.text, 1);
    this.frame(this.cursor, app.colours.ink.accent, 2);
    this.canvas.dataset["boxes"] = String(this.boxes.length);
  }

  /** The picture as a file. */
  svg(): string {
    const { model } = this;
    if (!model) return "";
    const { ink } = this.app.colours;
    const sheet = new SvgSheet(SVG_WIDTH, Math.max(FRAME, heightOf(model)), this.sheet.labels, ink.page);
    drawGraph(sheet, ink, model, boxesOf(model, SVG_WIDTH), 0);
    return sheet.finish();
  }

  /** The keys that move the cursor and act on it. */
  keys(): Key[] {
    const vertical = (way: 1 | -1) => () => this.moveDown(this.model?.upwards ? -way : way);
    return [
      { keys: ["ArrowUp"], does: "Cursor up", run: vertical(-1) },
      { keys: ["ArrowDown"], does: "Cursor down", run: vertical(1) },
      { keys: ["ArrowLeft"], does: "Cursor to the left", run: () => this.moveAcross(-1) },
      { keys: ["ArrowRight"], does: "Cursor to the right", run: () => this.moveAcross(1) },
      { keys: ["Enter"], does: "Choose the frame at the cursor", run: () => this.pick(this.cursor) },
    ];
  }

  /** Puts the cursor on a node; says whether that is in view and wide enough to be seen. */
  select(node: number): boolean {
    this.moveTo(node);
    return this.boxes.some((box) => box.node === node && box.right - box.left >= NARROWEST_FOUND);
  }

  private frame(node: number, colour: Rgb, line: number): void {
    const box = this.boxes.find((box) => box.node === node);
    if (!box) return;
    const top = this.top(box.depth);
    this.sheet.frame(box.left + 0.5, top - 0.5, Math.max(box.left + 2, box.right - 0.5), top + FRAME - 0.5, colour, line);
  }

  private top(depth: number): number {
    return this.model ? topOf(this.model, depth, this.sheet.height, this.scroll) : 0;
  }

  private at(x: number, y: number): number {
    const under = this.boxes.filter((box) => y >= this.top(box.depth) && y < this.top(box.depth) + FRAME);
    const box = under.find((box) => x >= box.left && x < Math.max(box.right, box.left + 1));
    return box?.node ?? -1;
  }

  private hover(x: number, y: number): void {
    const node = this.at(x, y);
    this.canvas.style.cursor = node >= 0 ? "pointer" : "default";
    this.tip.show(node >= 0 && this.model ? this.model.tip(node) : null, x, y);
    if (node === this.hovered) return;
    this.hovered = node;
    this.app.redraw();
  }

  private leave(): void {
    this.tip.hide();
    this.hovered = -1;
    this.app.redraw();
  }

  private pick(node: number): void {
    if (node < 0) return;
    this.cursor = node;
    this.tip.hide();
    this.choose(node);
    this.app.redraw();
  }

  private openAt(x: number, y: number): void {
    const node = this.at(x, y);
    if (node >= 0) this.open(node);
  }

  private onWheel(event: WheelEvent): void {
    const most = this.model ? heightOf(this.model) - this.sheet.height : 0;
    if (most <= 0) return;
    event.preventDefault();
    const down = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : 1);
    this.scroll = Math.max(0, Math.min(most, this.scroll + (this.model?.upwards ? -down : down)));
    this.tip.hide();
    this.app.redraw();
  }

  /** To the heaviest frame under the cursor, or to the one around it. */
  private moveDown(way: number): void {
    const { model } = this;
    if (!model) return;
    const { layout } = model;
    const from = this.cursor < 0 ? model.zoom : this.cursor;
    const next = way > 0 ? layout.children(from)[0] : layout.frames.parent[from];
    if (next !== undefined && (next !== 0 || model.root) && layout.total[next] > 0) this.moveTo(next);
  }

  private moveAcross(way: number): void {
    const { model } = this;
    if (!model || this.cursor < 0) return this.moveDown(1);
    const depth = model.layout.depth[this.cursor];
    const row = this.boxes.filter((box) => box.depth === depth).sort((a, b) => a.left - b.left);
    const next = row[row.findIndex((box) => box.node === this.cursor) + way];
    if (next) this.moveTo(next.node);
  }

  private moveTo(node: number): void {
    this.cursor = node;
    if (this.model) {
      const top = this.top(this.model.layout.depth[node]);
      const over = Math.min(0, top) + Math.max(0, top + FRAME - this.sheet.height);
      this.scroll += this.model.upwards ? -over : over;
    }
    this.app.redraw();
  }
}
