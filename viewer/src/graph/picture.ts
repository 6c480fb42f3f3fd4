/**
 * A merged graph drawn on a sheet: frames, and the labels that fit.
 */

import type { Ink } from "../draw/colours.ts";
import { type Rgb, blend, pixel } from "../draw/palette.ts";
import type { Sheet } from "../draw/sheet.ts";
import type { Box, Layout } from "./layout.ts";

/** Heights and widths in CSS pixels. */
export const FRAME = 19;
const LABEL_FROM = 26;
const LABEL_MARGIN = 5;
const GAP_FROM = 4;
/** Frames narrower than this are left out. */
const NARROWEST = 0.6;
/** How much of its colour a frame keeps that the zoomed one is inside of. */
const AROUND = 0.45;
/** How much of its colour there is between the lines over a frame of few samples, and how far apart these are. */
const FEW = 0.5;
const PITCH = 5;
/** Of 255: the brightness below which text on a frame is that of the page. */
const DARK = 105;

export interface GraphModel {
  layout: Layout;
  /** The node that is as wide as the picture. */
  zoom: number;
  /** Whether the root is at the bottom. */
  upwards: boolean;
  /** Whether the root has a row of its own. */
  root: boolean;
  /** The frame of a node; below 0 where it is none: the root of all, time outside all spans. */
  site(node: number): number;
  label(node: number): string;
  /** The colour of a node that has a frame. */
  colour(node: number): Rgb;
  /** Whether a node's width should not be believed: it is hatched. */
  few(node: number): boolean;
  /** The lines beside the pointer. */
  tip(node: number): string[];
  /** What is said when there is nothing to draw. */
  empty: string;
}

/** The frames that are in view on a sheet so wide. */
export function boxesOf(model: GraphModel, width: number): Box[] {
  const boxes = model.layout.boxes(model.zoom, width, NARROWEST);
  return model.root ? boxes : boxes.filter((box) => box.node !== 0);
}

/** The height of all rows. */
export function heightOf({ layout, zoom, root }: GraphModel): number {
  return (layout.depth[zoom] + layout.height[zoom] + (root ? 1 : 0)) * FRAME;
}

/** The top of a row. */
export function topOf(model: GraphModel, depth: number, height: number, scroll: number): number {
  const row = depth - (model.root ? 0 : 1);
  return model.upwards ? height - (row + 1) * FRAME + scroll : row * FRAME - scroll;
}

export function drawGraph(sheet: Sheet, ink: Ink, model: GraphModel, boxes: readonly Box[], scroll: number): void {
  const { surface, ratio, labels } = sheet;
  const around = model.layout.depth[model.zoom];
  const tops = boxes.map((box) => topOf(model, box.depth, sheet.height, scroll));
  const colours = boxes.map((box) => {
    const frame = model.site(box.node) < 0 ? ink.line : model.colour(box.node);
    return box.depth < around && box.node !== 0 ? blend(ink.page, frame, AROUND) : frame;
  });
  boxes.forEach((box, index) => {
    const left = Math.round(box.left * ratio);
    const right = Math.max(left + 1, Math.round(box.right * ratio));
    const gap = right - left >= GAP_FROM ? Math.ceil(ratio / 2) : 0;
    const top = Math.round(tops[index] * ratio);
    const bottom = top + Math.round(FRAME * ratio) - Math.ceil(ratio / 2);
    const colour = pixel(colours[index]);
    if (model.few(box.node)) surface.hatch(left, top, right - gap, bottom, colour, pixel(blend(ink.page, colours[index], FEW)), Math.round(PITCH * ratio));
    else surface.fill(left, top, right - gap, bottom, colour);
  });
  sheet.put();
  boxes.forEach((box, index) => {
    const room = box.right - box.left - 2 * LABEL_MARGIN;
    const isInView = tops[index] > -FRAME && tops[index] < sheet.height;
    if (box.right - box.left < LABEL_FROM || !isInView) return;
    const text = labels.fit(model.label(box.node), room);
    if (text !== "") sheet.write(text, box.left + LABEL_MARGIN, tops[index] + FRAME / 2, isDark(colours[index]) ? ink.text : ink.label);
  });
  if (boxes.length === 0) sheet.write(model.empty, Math.max(8, (sheet.width - labels.width(model.empty)) / 2), sheet.height / 2, ink.faint);
}

/** Whether a colour is too dark for dark text; only on dark pages there are such. */
function isDark([red, green, blue]: Rgb): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue < DARK;
}
