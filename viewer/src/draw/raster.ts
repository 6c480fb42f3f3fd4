/**
 * Rectangles written straight into pixels.
 *
 * A canvas spends half a microsecond on each rectangle, and a full chart has a hundred thousand of
 * them. Here one costs its pixels. Coordinates are device pixels; what lies outside is cut off.
 */

import type { Surface } from "./sheet.ts";

export class Raster implements Surface {
  readonly image: ImageData;
  readonly pixels: Uint32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  clear(pixel: number): void {
    this.pixels.fill(pixel);
  }

  /** Fills from (left, top) up to, without, (right, bottom). */
  fill(left: number, top: number, right: number, bottom: number, pixel: number): void {
    const { width, pixels } = this;
    const x0 = Math.max(0, left);
    const x1 = Math.min(width, right);
    const y0 = Math.max(0, top);
    const y1 = Math.min(this.height, bottom);
    if (x1 - x0 === 1) {
      for (let at = y0 * width + x0; at < y1 * width; at += width) pixels[at] = pixel;
      return;
    }
    for (let y = y0; y < y1; y++) pixels.fill(pixel, y * width + x0, y * width + x1);
  }

  /** Fills with diagonal lines of `pixel` on `under`, `pitch` apart. */
  hatch(left: number, top: number, right: number, bottom: number, pixel: number, under: number, pitch: number): void {
    const { width, pixels } = this;
    const x0 = Math.max(0, left);
    const x1 = Math.min(width, right);
    const stroke = Math.max(1, Math.round(pitch / 4));
    for (let y = Math.max(0, top); y < Math.min(this.height, bottom); y++) {
      for (let x = x0; x < x1; x++) pixels[y * width + x] = (x + y) % pitch < stroke ? pixel : under;
    }
  }
}
