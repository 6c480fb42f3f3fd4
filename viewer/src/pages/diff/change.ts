/**
 * Changes in words and colours: red is more, blue is less, grey is no change that counts.
 *
 * The hues are of about one lightness and are told apart by readers who do not tell red from green.
 * How strong a colour is follows the logarithm of the ratio, full at twice and at half, as in the
 * command's pictures.
 */

import { count, duration } from "../../app/format.ts";
import type { Compared, MeasureDiff } from "../../data/diff.ts";
import { type Rgb, blend } from "../../draw/palette.ts";
import type { Pair } from "./sides.ts";

const MORE: Rgb = [0xee, 0x7a, 0x62];
const LESS: Rgb = [0x62, 0xa8, 0xdc];
const SAME: Rgb = [0xe2, 0xe5, 0xe9];
/** The palest colour of a change that counts. */
const PALEST = 0.2;
/** What colours dim to on a dark page. */
const DARK = 0.86;

/** The colour of a change; below the threshold, a share, it does not count. */
export function changeColour([before, after]: Pair, threshold: number, dark: boolean): Rgb {
  const octaves = Math.log2(after / before);
  const counts = (before > 0 || after > 0) && octaves !== 0 && Math.abs(octaves) >= Math.log2(1 + threshold);
  const depth = counts ? PALEST + (1 - PALEST) * Math.min(1, Math.abs(octaves)) : 0;
  const colour = blend(SAME, octaves > 0 ? MORE : LESS, depth);
  return dark ? [colour[0] * DARK, colour[1] * DARK, colour[2] * DARK] : colour;
}

/** A change in percent with its sign, from ten times on as a factor. */
export function changeText([before, after]: Pair): string {
  if (before <= 0 || after <= 0) return before > 0 ? "gone" : after > 0 ? "new" : "–";
  return ratioText(after / before);
}

/** A ratio as the change it is: `+8.1 %`, `−3.0 %`, `× 12.3`. */
export function ratioText(ratio: number): string {
  if (ratio >= 10) return `× ${ratio.toFixed(1)}`;
  const digits = Math.abs((ratio - 1) * 100).toFixed(1);
  return digits === "0.0" ? "0.0 %" : `${ratio < 1 ? "−" : "+"}${digits} %`;
}

/** A weight, or a share. */
export function amount(value: number, of: Compared, share: boolean): string {
  if (share) return `${(100 * value).toFixed(2)} %`;
  return of === "count" ? count(value) : duration(value);
}

export function differenceText([before, after]: Pair, of: Compared, share: boolean): string {
  const difference = after - before;
  const text = share ? `${(100 * Math.abs(difference)).toFixed(2)} points` : amount(Math.abs(difference), of, false);
  return difference === 0 ? text : `${difference < 0 ? "−" : "+"}${text}`;
}

/** What is known of a measure, for the pointer. */
export function evidence(measure: MeasureDiff, confidence: number): string {
  const values = `${duration(measure.before_ns)} → ${duration(measure.after_ns)}`;
  const { ratio, low, high, adjusted_p: p } = measure;
  if (measure.verdict === "untested") return `${values}: not tested, because the test takes all of both recordings`;
  if (ratio === null || low === null || high === null || p === null) return `${values}: too little to compare (${measure.verdict})`;
  const shift = `${ratioText(ratio)}, ${(100 * confidence).toFixed(1)} % sure to lie in ${ratioText(low)} … ${ratioText(high)}`;
  return `${values}: ${shift}; p = ${p.toPrecision(2)} from ${measure.compared_before} and ${measure.compared_after} ${measure.compared} (${measure.verdict})`;
}
