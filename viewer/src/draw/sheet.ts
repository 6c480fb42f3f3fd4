/**
 * What pictures are drawn on: the canvas of the page, or an SVG file.
 *
 * Rectangles go to `surface` in device pixels; text and translucent things go over them, in CSS
 * pixels, after `put`. A page that draws on any sheet can be looked at and saved by the same code.
 */

import { Labels } from "./labels.ts";
import { type Rgb, css, pixel } from "./palette.ts";
import { Raster } from "./raster.ts";

/** Rectangles in device pixels, from (left, top) up to, without, (right, bottom). */
export interface Surface {
  readonly width: number;
  readonly height: number;
  fill(left: number, top: number, right: number, bottom: number, pixel: number): void;
  /** Diagonal lines of `pixel` on `under`, `pitch` apart. */
  hatch(left: number, top: number, right: number, bottom: number, pixel: number, under: number, pitch: number): void;
}

export interface Sheet {
  readonly surface: Surface;
  readonly labels: Labels;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
  /** Ends with rectangles and begins with what is over them. */
  put(): void;
  /** A line of text, its middle at `y`. */
  write(text: string, x: number, y: number, colour: Rgb): void;
  /** A rectangle over what is there. */
  cover(left: number, top: number, right: number, bottom: number, colour: Rgb, share?: number): void;
}

/** The sheet on a canvas as large as what is seen of it: one much larger would be silently blank. */
export class CanvasSheet implements Sheet {
  readonly context: CanvasRenderingContext2D;
  readonly labels: Labels;
  surface = new Raster(1, 1);
  width = 1;
  height = 1;
  ratio = 1;

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("This browser draws no canvas.");
    this.context = context;
    this.labels = new Labels(context);
  }

  /** Takes the element's size, and clears to `colour`. */
  begin(colour: Rgb): void {
    const { canvas } = this;
    this.ratio = window.devicePixelRatio;
    this.width = Math.max(1, canvas.clientWidth);
    this.height = Math.max(1, canvas.clientHeight);
    const width = Math.round(this.width * this.ratio);
    const height = Math.round(this.height * this.ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    if (this.surface.width !== width || this.surface.height !== height) this.surface = new Raster(width, height);
    this.surface.clear(pixel(colour));
  }

  put(): void {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.putImageData(this.surface.image, 0, 0);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.labels.begin();
  }

  write(text: string, x: number, y: number, colour: Rgb): void {
    this.context.fillStyle = css(colour);
    this.context.fillText(text, x, y);
  }

  cover(left: number, top: number, right: number, bottom: number, colour: Rgb, share = 1): void {
    this.context.globalAlpha = share;
    this.context.fillStyle = css(colour);
    this.context.fillRect(left, top, right - left, bottom - top);
    this.context.globalAlpha = 1;
  }

  /** An outline, for what is only on the screen. */
  frame(left: number, top: number, right: number, bottom: number, colour: Rgb, width: number): void {
    this.context.strokeStyle = css(colour);
    this.context.lineWidth = width;
    this.context.strokeRect(left, top, Math.max(1, right - left), bottom - top);
  }
}
