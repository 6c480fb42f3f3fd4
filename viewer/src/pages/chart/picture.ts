/**
 * What every chart draws around its spans: canvas, axis, selected time.
 *
 * One canvas as large as what is seen of it; scrolling is a number, because a canvas wider or
 * higher than some limit is silently blank.
 */

import type { App } from "../../app/app.ts";
import { duration, exactDuration } from "../../app/format.ts";
import { tickLabel, ticks } from "../../draw/axis.ts";
import { Labels } from "../../draw/labels.ts";
import { css, pixel } from "../../draw/palette.ts";
import { Raster } from "../../draw/raster.ts";
import type { Range } from "../../state/state.ts";
import type { TimeWindow } from "./window.ts";

/** The height of the axis, in CSS pixels. */
export const AXIS = 22;
const TICK_EVERY = 110;

export class Picture {
  readonly context: CanvasRenderingContext2D;
  readonly labels: Labels;
  raster = new Raster(1, 1);
  width = 1;
  height = 1;
  ratio = 1;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly app: App,
  ) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("This browser draws no canvas.");
    this.context = context;
    this.labels = new Labels(context);
  }

  /** Takes the element's size, and clears. */
  begin(): void {
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
    if (this.raster.width !== width || this.raster.height !== height) this.raster = new Raster(width, height);
    this.raster.clear(pixel(this.app.colours.ink.page));
  }

  /** Puts the raster on the canvas; text and lines come after. */
  put(): void {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.putImageData(this.raster.image, 0, 0);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  /** The axis over the top, times from the start of what is shown. */
  axis(time: TimeWindow, origin: number): void {
    const { context, labels } = this;
    const { ink } = this.app.colours;
    context.fillStyle = css(ink.band);
    context.fillRect(0, 0, this.width, AXIS);
    context.fillStyle = css(ink.line);
    context.fillRect(0, AXIS - 1, this.width, 1);
    const { at, step } = ticks(time.from - origin, time.to - origin, this.width / TICK_EVERY);
    for (const tick of at) {
      const x = Math.round(time.x(tick + origin));
      context.fillStyle = css(ink.line);
      context.fillRect(x, AXIS - 6, 1, 6);
      labels.begin(css(ink.faint));
      context.fillText(tickLabel(tick, step, time.to - origin), x + 4, AXIS / 2);
    }
  }

  /** The selected time: what is outside of it is veiled. */
  range(time: TimeWindow, range: Range | null): void {
    if (!range) return;
    const { context, labels } = this;
    const { ink } = this.app.colours;
    const left = Math.max(0, Math.min(this.width, time.x(range[0])));
    const right = Math.max(0, Math.min(this.width, time.x(range[1])));
    context.globalAlpha = 0.55;
    context.fillStyle = css(ink.page);
    context.fillRect(0, AXIS, left, this.height);
    context.fillRect(right, AXIS, this.width - right, this.height);
    context.globalAlpha = 1;
    context.fillStyle = css(ink.accent);
    context.fillRect(left, 0, 1, this.height);
    context.fillRect(right - 1, 0, 1, this.height);
    const length = range[1] - range[0];
    const text = length < 1e6 ? exactDuration(length) : duration(length);
    const room = labels.width(text) + 8;
    const x = Math.max(0, Math.min(this.width - room, (left + right - room) / 2));
    context.fillRect(x, 2, room, AXIS - 4);
    labels.begin(css(ink.page));
    context.fillText(text, x + 4, AXIS / 2);
  }
}
