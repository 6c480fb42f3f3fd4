/**
 * What every chart has around its spans: the axis, and the selected time.
 */

import { duration, exactDuration } from "../../app/format.ts";
import { tickLabel, ticks } from "../../draw/axis.ts";
import type { Ink } from "../../draw/colours.ts";
import type { Sheet } from "../../draw/sheet.ts";
import type { Range } from "../../state/state.ts";
import { AXIS } from "./scene.ts";
import type { TimeWindow } from "./window.ts";

/** Pixels from one tick to the next, at least. */
const TICK_EVERY = 110;

/** The axis over the top; times count from `origin`. */
export function drawAxis(sheet: Sheet, ink: Ink, time: TimeWindow, origin: number): void {
  sheet.cover(0, 0, sheet.width, AXIS, ink.band);
  sheet.cover(0, AXIS - 1, sheet.width, AXIS, ink.line);
  const { at, step } = ticks(time.from - origin, time.to - origin, sheet.width / TICK_EVERY);
  for (const tick of at) {
    const x = Math.round(time.x(tick + origin));
    sheet.cover(x, AXIS - 6, x + 1, AXIS, ink.line);
    sheet.write(tickLabel(tick, step, time.to - origin), x + 4, AXIS / 2, ink.faint);
  }
}

/** The selected time: what is outside of it is veiled, and its length stands over it. */
export function drawRange(sheet: Sheet, ink: Ink, time: TimeWindow, range: Range): void {
  const { width, height, labels } = sheet;
  const left = Math.max(0, Math.min(width, time.x(range[0])));
  const right = Math.max(0, Math.min(width, time.x(range[1])));
  sheet.cover(0, AXIS, left, height, ink.page, 0.55);
  sheet.cover(right, AXIS, width, height, ink.page, 0.55);
  sheet.cover(left, 0, left + 1, height, ink.accent);
  sheet.cover(right - 1, 0, right, height, ink.accent);
  const length = range[1] - range[0];
  const text = length < 1e6 ? exactDuration(length) : duration(length);
  const room = labels.width(text) + 8;
  const x = Math.max(0, Math.min(width - room, (left + right - room) / 2));
  sheet.cover(x, 2, x + room, AXIS - 3, ink.accent);
  sheet.write(text, x + 4, AXIS / 2, ink.page);
}
