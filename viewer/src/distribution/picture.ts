/**
 * A distribution drawn on a sheet: above how many, on a logarithmic scale; below how much time they
 * took together, and the share of it so far.
 */

import { count, duration } from "../app/format.ts";
import type { Ink } from "../draw/colours.ts";
import { type Rgb, blend, pixel } from "../draw/palette.ts";
import type { Sheet } from "../draw/sheet.ts";
import type { Range } from "../state/state.ts";
import { type Bins, roundDurations, shareOf } from "./bins.ts";

export interface DistributionModel {
  bins: Bins;
  /** Percentiles and such: a name and a duration each, by duration. */
  marks: readonly (readonly [string, number])[];
  /** The selected durations. */
  selected: Range | null;
  colour: Rgb;
  /** What is counted, in the plural. */
  noun: string;
  empty: string;
}

/** In CSS pixels. */
const MARKS = 34;
const AXIS = 20;
const BETWEEN = 26;
export const LEFT = 64;
export const RIGHT = 14;
const MARK_ROW = 15;
/** What is not selected keeps so much of its colour. */
const UNSELECTED = 0.35;
/** A single one is so much of a decade high. */
const ONE = 0.35;

/** A panel of the picture. */
interface Panel {
  top: number;
  bottom: number;
}

export function drawDistribution(sheet: Sheet, ink: Ink, model: DistributionModel): void {
  const { bins } = model;
  if (bins.total.count === 0) {
    sheet.put();
    sheet.write(model.empty, Math.max(8, (sheet.width - sheet.labels.width(model.empty)) / 2), sheet.height / 2, ink.faint);
    return;
  }
  const room = sheet.height - MARKS - AXIS - BETWEEN;
  const counts = { top: MARKS, bottom: MARKS + Math.round(room * 0.55) };
  const times = { top: counts.bottom + BETWEEN, bottom: sheet.height - AXIS };
  const most = { count: bins.count.reduce((a, b) => Math.max(a, b), 1), time: bins.time.reduce((a, b) => Math.max(a, b), 1) };
  const decades = Math.log10(most.count) + ONE;
  const countHeight = (value: number) => (value > 0 ? (Math.log10(value) + ONE) / decades : 0);
  drawBars(sheet, ink, model, counts, (bin) => countHeight(bins.count[bin]));
  drawBars(sheet, ink, model, times, (bin) => bins.time[bin] / most.time);
  sheet.put();
  drawLine(sheet, ink, counts, 1, count(most.count));
  // Not so near to the top that two numbers would lie over one another.
  for (let power = 1; power <= most.count * 0.6; power *= 10) drawLine(sheet, ink, counts, countHeight(power), count(power));
  drawLine(sheet, ink, times, 1, duration(most.time));
  drawSoFar(sheet, ink, times, bins);
  drawTitle(sheet, ink, counts, model.noun);
  drawTitle(sheet, ink, times, "time together; the line is the share of it so far");
  drawAxis(sheet, ink, bins, [counts, times]);
  drawMarks(sheet, ink, model, times.bottom);
}

function across(sheet: Sheet, share: number): number {
  return LEFT + share * (sheet.width - LEFT - RIGHT);
}

function drawBars(sheet: Sheet, ink: Ink, { bins, selected, colour }: DistributionModel, panel: Panel, height: (bin: number) => number): void {
  const { surface, ratio } = sheet;
  const length = bins.count.length;
  for (let bin = 0; bin < length; bin++) {
    const tall = height(bin) * (panel.bottom - panel.top);
    if (tall <= 0) continue;
    const left = Math.round(across(sheet, bin / length) * ratio);
    const right = Math.round(across(sheet, (bin + 1) / length) * ratio);
    const middle = 10 ** (bins.from + (bin + 0.5) / bins.perDecade);
    const isSelected = !selected || (middle >= selected[0] && middle <= selected[1]);
    const fill = isSelected ? colour : blend(ink.page, colour, UNSELECTED);
    const gap = right - left > 3 ? 1 : 0;
    surface.fill(left, Math.round((panel.bottom - Math.max(1, tall)) * ratio), right - gap, Math.round(panel.bottom * ratio), pixel(fill));
  }
}

/** A line across, with what it stands for on the left. */
function drawLine(sheet: Sheet, ink: Ink, panel: Panel, height: number, label: string): void {
  const y = Math.round(panel.bottom - height * (panel.bottom - panel.top));
  sheet.cover(LEFT, y, sheet.width - RIGHT, y + 1, ink.line, 0.6);
  sheet.write(label, LEFT - 8 - sheet.labels.width(label), y, ink.faint);
}

/** The share of the time up to each bin: a line of small steps, from none to all. */
function drawSoFar(sheet: Sheet, ink: Ink, panel: Panel, bins: Bins): void {
  let time = 0;
  let before = panel.bottom;
  const length = bins.count.length;
  for (let bin = 0; bin < length; bin++) {
    time += bins.time[bin];
    const y = Math.round(panel.bottom - (time / Math.max(1, bins.total.time)) * (panel.bottom - panel.top));
    const [left, right] = [bin, bin + 1].map((edge) => Math.round(across(sheet, edge / length)));
    sheet.cover(left, y, left + 1, Math.max(y, before) + 1, ink.faint);
    sheet.cover(left, y, right, y + 1, ink.faint);
    before = y;
  }
}

function drawTitle(sheet: Sheet, ink: Ink, panel: Panel, title: string): void {
  sheet.write(title, LEFT, panel.top - 9, ink.faint);
}

function drawAxis(sheet: Sheet, ink: Ink, bins: Bins, panels: readonly Panel[]): void {
  const bottom = panels[panels.length - 1].bottom;
  for (const { bottom } of panels) sheet.cover(LEFT, bottom, sheet.width - RIGHT, bottom + 1, ink.line);
  let taken = 0;
  for (const { ns, major } of roundDurations(bins)) {
    const x = Math.round(across(sheet, shareOf(bins, ns)));
    for (const panel of panels) sheet.cover(x, panel.bottom, x + 1, panel.bottom + (major ? 6 : 3), ink.line);
    const label = duration(ns).replace(/\.0+ /, " ");
    const left = x - sheet.labels.width(label) / 2;
    if (left < taken || left + sheet.labels.width(label) > sheet.width) continue;
    sheet.write(label, left, bottom + 13, ink.faint);
    taken = left + sheet.labels.width(label) + 12;
  }
}

/** A line down at each mark, its name over it, on a row where it has place. */
function drawMarks(sheet: Sheet, ink: Ink, { bins, marks, noun }: DistributionModel, bottom: number): void {
  // The title of what is counted stands at the beginning of the lower row.
  const taken = [LEFT + sheet.labels.width(noun) + 10, 0];
  for (const [name, ns] of marks) {
    const x = Math.round(across(sheet, shareOf(bins, ns)));
    sheet.cover(x, MARKS - 4, x + 1, bottom, ink.text, 0.45);
    const label = `${name} ${duration(ns)}`;
    const width = sheet.labels.width(label);
    const left = Math.max(LEFT, Math.min(sheet.width - RIGHT - width, x - width / 2));
    const row = taken.findIndex((end) => left >= end);
    if (row < 0) continue;
    sheet.write(label, left, MARKS - 9 - row * MARK_ROW, ink.text);
    taken[row] = left + width + 10;
  }
}
