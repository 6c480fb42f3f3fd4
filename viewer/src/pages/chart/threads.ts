/**
 * The chart of all threads on one axis.
 */

import type { App } from "../../app/app.ts";
import { type Place, firstAbove } from "../../data/recording.ts";
import { css, pixel } from "../../draw/palette.ts";
import { type Effort, RowPainter, type LabelBox } from "../../draw/rowpainter.ts";
import { AXIS, type Picture } from "./picture.ts";
import { ROW, STRIP, type Track, type Tracks } from "./tracks.ts";
import type { TimeWindow } from "./window.ts";

/** Boxes from this width on get a label, in CSS pixels. */
const LABEL_FROM = 28;
const LABEL_MARGIN = 4;

interface Written {
  text: string;
  left: number;
  top: number;
}

/** Draws the tracks that are in view; gives what it took. */
export function drawThreads(app: App, tracks: Tracks, picture: Picture, time: TimeWindow, scroll: number): Effort {
  const effort: Effort = { boxes: 0, steps: 0 };
  const shown = tracks.between(scroll, scroll + picture.height - AXIS);
  const written = shown.flatMap((track) => drawTrack(app, tracks, picture, time, scroll, track, effort));
  picture.put();
  writeLabels(app, picture, written);
  for (const track of shown) writeTrack(app, picture, AXIS + track.top - scroll, track);
  return effort;
}

function drawTrack(app: App, tracks: Tracks, picture: Picture, time: TimeWindow, scroll: number, track: Track, effort: Effort): Written[] {
  const { raster, ratio } = picture;
  const { colours, search } = app;
  const { lane } = track;
  const found = search.active ? search.sites : null;
  const pixels = colours.pixels(lane.index, found);
  const rgb = colours.sites.map((_, site) => {
    const colour = colours.of(site, lane.index);
    return found && !found[site] ? colours.passedOver(colour) : colour;
  });
  const y = (height: number) => Math.round((AXIS + height - scroll) * ratio);
  raster.fill(0, y(track.top), raster.width, y(track.top + STRIP), pixel(colours.ink.band));
  drawMarks(app, picture, time, track, y(track.top + STRIP - 6), y(track.top + STRIP));
  const written: Written[] = [];
  const painter = new RowPainter(raster, effort);
  lane.rows.forEach((row, depth) => {
    const top = track.top + STRIP + depth * ROW;
    if (y(top + ROW) <= AXIS * ratio || y(top) >= raster.height) return;
    const boxes = painter.paint(tracks.mip(lane, depth), {
      from: time.from,
      scale: time.scale * ratio,
      top: y(top),
      bottom: y(top + ROW) - 1,
      colours: rgb,
      pixels,
      under: colours.ink.page,
      labelFrom: LABEL_FROM * ratio,
    });
    const text = ({ index }: LabelBox) => app.site(row.site[index]).name;
    for (const box of boxes) {
      const left = Math.max(0, box.left) / ratio;
      const fitting = picture.labels.fit(text(box), box.right / ratio - left - 2 * LABEL_MARGIN);
      if (fitting !== "") written.push({ text: fitting, left: left + LABEL_MARGIN, top: AXIS + top - scroll + ROW / 2 });
    }
  });
  return written;
}

/** Instants: a stroke each, in the strip. */
function drawMarks(app: App, { raster, ratio }: Picture, time: TimeWindow, { lane }: Track, top: number, bottom: number): void {
  const { at } = lane.marks;
  const colour = pixel(app.colours.ink.faint);
  let taken = -1;
  for (let index = firstAbove(at, time.from - 1); index < at.length && at[index] < time.to; ) {
    const x = Math.round(time.x(at[index]) * ratio);
    if (x > taken) raster.fill(x, top, x + Math.ceil(ratio), bottom, colour);
    taken = x + Math.ceil(ratio);
    index = Math.max(index + 1, firstAbove(at, time.time((taken + 0.5) / ratio), index));
  }
}

function writeLabels(app: App, { context, labels }: Picture, written: Written[]): void {
  labels.begin(css(app.colours.ink.label));
  for (const { text, left, top } of written) if (top > AXIS) context.fillText(text, left, top);
}

function writeTrack(app: App, { context, labels, width }: Picture, top: number, { lane }: Track): void {
  labels.begin(css(app.colours.ink.text));
  context.fillText(labels.fit(lane.label, width - 20), 6, top + STRIP / 2);
}

/** Frames a segment: the one under the pointer, or each of a selected span. */
export function frameSegment(app: App, tracks: Tracks, picture: Picture, time: TimeWindow, scroll: number, place: Place, strong: boolean): void {
  const row = tracks.recording.lanes[place.lane].rows[place.depth];
  const left = Math.max(-2, time.x(row.start[place.index]));
  const right = Math.min(picture.width + 2, time.x(row.end[place.index]));
  const top = AXIS + tracks.top(place.lane, place.depth) - scroll;
  if (right < 0 || left > picture.width || top + ROW < AXIS || top > picture.height) return;
  const { context } = picture;
  context.strokeStyle = css(strong ? app.colours.ink.accent : app.colours.ink.text);
  context.lineWidth = strong ? 2 : 1;
  context.strokeRect(left - 0.5, top - 0.5, Math.max(2, right - left), ROW);
}


