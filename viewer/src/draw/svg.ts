/**
 * A sheet that becomes an SVG file.
 */

import { FONT, type Labels } from "./labels.ts";
import type { Rgb } from "./palette.ts";
import type { Sheet, Surface } from "./sheet.ts";

export class SvgSheet implements Sheet, Surface {
  readonly surface = this;
  readonly ratio = 1;
  private readonly shapes: string[] = [];
  private readonly hatches = new Map<string, string>();

  /** `labels` measures text as the page does. */
  constructor(
    readonly width: number,
    readonly height: number,
    readonly labels: Labels,
    private readonly page: Rgb,
  ) {}

  put(): void {}

  fill(left: number, top: number, right: number, bottom: number, pixel: number): void {
    this.rectangle(left, top, right, bottom, hex(pixel), "");
  }

  hatch(left: number, top: number, right: number, bottom: number, pixel: number, under: number, pitch: number): void {
    const key = `${pixel}-${under}-${pitch}`;
    const id = this.hatches.get(key)?.match(/id="(h\d+)"/)?.[1] ?? `h${this.hatches.size}`;
    this.hatches.set(
      key,
      `<pattern id="${id}" width="${pitch}" height="${pitch}" patternUnits="userSpaceOnUse">` +
        `<rect width="${pitch}" height="${pitch}" fill="${hex(under)}"/>` +
        `<path d="M0 ${pitch}L${pitch} 0" stroke="${hex(pixel)}"/></pattern>`,
    );
    this.rectangle(left, top, right, bottom, `url(#${id})`, "");
  }

  write(text: string, x: number, y: number, colour: Rgb): void {
    this.shapes.push(`<text x="${tidy(x)}" y="${tidy(y)}" fill="${rgb(colour)}">${escape(text)}</text>`);
  }

  cover(left: number, top: number, right: number, bottom: number, colour: Rgb, share = 1): void {
    this.rectangle(left, top, right, bottom, rgb(colour), share < 1 ? ` opacity="${share}"` : "");
  }

  /** The file. */
  finish(): string {
    const { width, height } = this;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
      ` font-family="${FONT}" font-size="${this.labels.size}" dominant-baseline="central">\n`,
      `<defs>${[...this.hatches.values()].join("")}</defs>\n`,
      `<rect width="100%" height="100%" fill="${rgb(this.page)}"/>\n`,
      this.shapes.join("\n"),
      "\n</svg>\n",
    ].join("");
  }

  private rectangle(left: number, top: number, right: number, bottom: number, fill: string, more: string): void {
    const [x0, x1] = [Math.max(0, left), Math.min(this.width, right)];
    const [y0, y1] = [Math.max(0, top), Math.min(this.height, bottom)];
    if (x1 <= x0 || y1 <= y0) return;
    this.shapes.push(`<rect x="${tidy(x0)}" y="${tidy(y0)}" width="${tidy(x1 - x0)}" height="${tidy(y1 - y0)}" fill="${fill}"${more}/>`);
  }
}

function tidy(number: number): string {
  return String(Math.round(number * 100) / 100);
}

/** A pixel as an `ImageData` has it. */
function hex(pixel: number): string {
  return rgb([pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]);
}

function rgb(colour: Rgb): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Text for XML, without the characters that it may not hold at all. */
function escape(text: string): string {
  const marks: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(/[&<>"]/g, (mark) => marks[mark]);
}
