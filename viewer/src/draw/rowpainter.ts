/**
 * One row of segments into pixels.
 *
 * A segment of a pixel or more is a box. Shorter ones are gathered per pixel: the colour is that of
 * the callsite with the most time there, and its strength is the share of the pixel that is covered.
 * Each box and each gathered pixel takes at least one pixel of the row that nothing else takes, so
 * there are never more of them than the row has pixels.
 */

import { firstAbove } from "../data/recording.ts";
import { FAN, type Mip } from "./mip.ts";
import { type Rgb, blend, pixel } from "./palette.ts";
import type { Surface } from "./sheet.ts";

/** The weakest a pixel is drawn that has anything in it. */
const WEAKEST = 0.3;
/** Boxes of so many device pixels have a gap after them, so that neighbours of one colour stay two. */
const GAP_FROM = 4;

/** A box wide enough for a label, in device pixels. */
export interface LabelBox {
  left: number;
  right: number;
  index: number;
}

export interface RowPaint {
  from: number;
  /** Device pixels per ns. */
  scale: number;
  top: number;
  bottom: number;
  /** The colour of each callsite, and the same as pixels. */
  colours: readonly Rgb[];
  pixels: Uint32Array;
  /** While something is searched: what of the row matches, and the colours of what does not. */
  search: { matches: readonly Uint8Array[]; passedOver: readonly Rgb[]; passedOverPixels: Uint32Array; found: Rgb } | null;
  under: Rgb;
  /** What is hatched at the end of each box: its share, the lines, and how far these are apart. */
  taken: { share: (index: number) => number; lines: number; pitch: number } | null;
  /** Boxes from this width on are reported. */
  labelFrom: number;
}

/** What drawing took, for the bench: counts do not flake. */
export interface Effort {
  boxes: number;
  steps: number;
}

export class RowPainter {
  private taken = 0;
  private gathered = -1;
  private covered = 0;
  private most = 0;
  private site = 0;
  private matched = false;
  private mostMatches = false;

  constructor(
    private readonly surface: Surface,
    readonly effort: Effort,
  ) {}

  /** Draws the part of a row that is in view; gives the boxes that have room for a label. */
  paint(mip: Mip, paint: RowPaint): LabelBox[] {
    const { row } = mip;
    const to = paint.from + this.surface.width / paint.scale;
    const first = firstAbove(row.end, paint.from);
    const labels: LabelBox[] = [];
    this.taken = 0;
    this.gathered = -1;
    let at = first > 0 ? first - (row.end[first - 1] === paint.from ? 1 : 0) : 0;
    while (at < row.length && row.start[at] < to) {
      this.effort.steps++;
      const level = this.coarsest(mip, at, paint.scale);
      if (level === 0) this.one(mip, at, paint, labels);
      else this.gather(mip, level, at, paint);
      at += FAN ** level;
    }
    this.flush(paint);
    return labels;
  }

  /** The coarsest level with a node that begins here and lies within a pixel. */
  private coarsest(mip: Mip, at: number, scale: number): number {
    const { row, levels } = mip;
    let level = 0;
    for (let size = FAN; level < levels.length && at % size === 0; size *= FAN) {
      const last = Math.min(row.length, at + size) - 1;
      if ((row.end[last] - row.start[at]) * scale >= 1) break;
      level++;
    }
    return level;
  }

  private one({ row }: Mip, at: number, paint: RowPaint, labels: LabelBox[]): void {
    const start = (row.start[at] - paint.from) * paint.scale;
    const end = (row.end[at] - paint.from) * paint.scale;
    const matches = paint.search?.matches[0][at] === 1;
    if (end - start < 1) {
      this.add(Math.floor(start), end - start, row.site[at], matches, paint);
      return;
    }
    this.flush(paint);
    const left = Math.max(this.taken, Math.round(start));
    const right = Math.min(this.surface.width, Math.max(left + 1, Math.round(end)));
    if (left >= this.surface.width) return;
    const pixels = paint.search && !matches ? paint.search.passedOverPixels : paint.pixels;
    const gap = right - left >= GAP_FROM ? 1 : 0;
    this.surface.fill(left, paint.top, right - gap, paint.bottom, pixels[row.site[at]]);
    if (paint.taken) this.hatch(left, right - gap, at, pixels[row.site[at]], paint.taken, paint);
    this.effort.boxes++;
    this.taken = right;
    if (right - left >= paint.labelFrom) labels.push({ left, right: right - gap, index: at });
  }

  private hatch(left: number, right: number, at: number, under: number, taken: NonNullable<RowPaint["taken"]>, { top, bottom }: RowPaint): void {
    const width = Math.round((right - left) * taken.share(at));
    if (width >= 1) this.surface.hatch(right - width, top, right, bottom, taken.lines, under, taken.pitch);
  }

  private gather(mip: Mip, level: number, at: number, paint: RowPaint): void {
    const node = at / FAN ** level;
    const { covered, site } = mip.levels[level - 1];
    this.add(Math.floor((mip.row.start[at] - paint.from) * paint.scale), covered[node] * paint.scale, site[node], paint.search?.matches[level][node] === 1, paint);
  }

  private add(x: number, covered: number, site: number, matches: boolean, paint: RowPaint): void {
    if (x !== this.gathered) {
      this.flush(paint);
      this.gathered = x;
      this.covered = 0;
      this.most = -1;
      this.matched = false;
    }
    this.matched ||= matches;
    this.covered += covered;
    if (covered > this.most) {
      this.most = covered;
      this.site = site;
      this.mostMatches = matches;
    }
  }

  private flush(paint: RowPaint): void {
    const x = this.gathered;
    this.gathered = -1;
    if (x < this.taken || x >= this.surface.width) return;
    const share = Math.min(1, WEAKEST + this.covered * (1 - WEAKEST));
    this.surface.fill(x, paint.top, x + 1, paint.bottom, pixel(blend(paint.under, this.colour(paint), share)));
    this.effort.boxes++;
    this.taken = x + 1;
  }

  /** Of a gathered pixel. A match shows, however little of the pixel it has. */
  private colour({ colours, search }: RowPaint): Rgb {
    if (!search || (this.matched && this.mostMatches)) return colours[this.site];
    return this.matched ? search.found : search.passedOver[this.site];
  }
}
