/**
 * The chart of all threads on one axis: a lane under the other, a row for each depth.
 */

import { isCompensated, knownRates } from "../../analysis/compensation.ts";
import { nextMatch } from "../../analysis/nextmatch.ts";
import { type SegmentCosts, segmentCosts } from "../../analysis/segmentcosts.ts";
import type { App } from "../../app/app.ts";
import { counted, exactDuration } from "../../app/format.ts";
import { type Lane, type Place, type Recording, type Span, firstAbove, spanAt } from "../../data/recording.ts";
import { segmentsOf, wordsOf } from "../../data/span.ts";
import { Mip } from "../../draw/mip.ts";
import { pixel } from "../../draw/palette.ts";
import { type Effort, type RowPaint, RowPainter } from "../../draw/rowpainter.ts";
import type { Sheet } from "../../draw/sheet.ts";
import type { Range } from "../../state/state.ts";
import { AXIS, type Box, type Found, LABEL_FROM, LABEL_MARGIN, ROW, type Scene } from "./scene.ts";
import { threadsTable } from "./table.ts";
import type { TimeWindow } from "./window.ts";

/** The strip above a lane's rows, for its label and its instants. */
const STRIP = 20;
const MARK = 6;
const BELOW_LANE = 8;
/** How far apart the lines are over what recording took, in CSS pixels. */
const PITCH = 4;
/** More instants than this are only counted. */
const INSTANTS = 6;

interface Track {
  lane: Lane;
  /** The top of the strip, from the top of all tracks. */
  top: number;
  bottom: number;
}

interface Written {
  text: string;
  left: number;
  middle: number;
}

export class Threads implements Scene {
  readonly height: number;
  readonly range: Range;
  readonly origin: number;
  private readonly recording: Recording;
  private readonly tracks: Track[] = [];
  private readonly bottoms: number[];
  /** The levels of detail of each lane's rows, made when they are first seen. */
  private readonly mips: Mip[][];

  constructor(private readonly app: App) {
    this.recording = app.recording;
    this.origin = app.recording.from;
    this.range = [app.recording.from, app.recording.to];
    let top = 0;
    for (const lane of app.recording.lanes) {
      const bottom = top + STRIP + lane.rows.length * ROW;
      this.tracks.push({ lane, top, bottom });
      top = bottom + BELOW_LANE;
    }
    this.height = top;
    this.bottoms = this.tracks.map((track) => track.bottom);
    this.mips = app.recording.lanes.map(() => []);
  }

  title(): null {
    return null;
  }

  draw(sheet: Sheet, time: TimeWindow, scroll: number): Effort {
    const effort: Effort = { boxes: 0, steps: 0 };
    const written: Written[] = [];
    const shown = this.shown(scroll, scroll + sheet.height - AXIS);
    for (const track of shown) this.drawTrack(sheet, time, scroll, track, effort, written);
    sheet.put();
    const { ink } = this.app.colours;
    for (const { text, left, middle } of written) if (middle > AXIS) sheet.write(text, left, middle, ink.label);
    for (const { lane, top } of shown) {
      sheet.write(sheet.labels.fit(lane.label, sheet.width - 20), 6, AXIS + top - scroll + (STRIP - MARK) / 2 + 1, ink.text);
    }
    if (this.recording.segments === 0) {
      const text = "Nothing ran here: no span was entered.";
      sheet.write(text, Math.max(8, (sheet.width - sheet.labels.width(text)) / 2), sheet.height / 2, ink.faint);
    }
    return effort;
  }

  at(height: number, ns: number, slack: number): Box | null {
    const track = this.tracks[firstAbove(this.bottoms, height)];
    if (!track || height < track.top + STRIP) return null;
    const depth = Math.floor((height - track.top - STRIP) / ROW);
    const row = track.lane.rows[depth];
    const index = firstAbove(row.start, ns) - 1;
    const away = (index: number) => Math.max(row.start[index] - ns, ns - row.end[index], 0);
    const near = [index, index + 1].filter((index) => index >= 0 && index < row.length && away(index) <= slack);
    near.sort((a, b) => away(a) - away(b));
    return near.length > 0 ? this.box({ lane: track.lane.index, depth, index: near[0] }) : null;
  }

  instants(height: number, ns: number, slack: number): string[] | null {
    const track = this.tracks[firstAbove(this.bottoms, height)];
    if (!track || height < track.top || height >= track.top + STRIP) return null;
    const { at } = track.lane.marks;
    const first = firstAbove(at, ns - slack);
    const after = firstAbove(at, ns + slack);
    if (first === after) return null;
    const lines = (index: number) => {
      const [said, ...fields] = wordsOf(this.recording, { lane: track.lane.index, index });
      return [`${said} at ${exactDuration(at[index] - this.origin)}`, ...(fields.length > 0 ? [`  ${fields.join("  ")}`] : [])];
    };
    const shown = Array.from({ length: Math.min(INSTANTS, after - first) }, (_, index) => lines(first + index));
    return [counted(after - first, "instant"), ...shown.flat()];
  }

  /** What recording took of each segment, where that is shown. */
  costs(): SegmentCosts | null {
    const rates = isCompensated(this.app) ? knownRates(this.recording) : null;
    return rates && segmentCosts(this.recording, rates);
  }

  boxes(span: Span): Box[] {
    return segmentsOf(this.recording, span).map((place) => this.box(place));
  }

  find(step: 1 | -1, last: Found | null, view: Range): Found | null {
    const { recording } = this;
    const from = last ?? { ns: step > 0 ? view[0] - 1 : view[1], place: null };
    const place = nextMatch(recording, this.app.search, from, step);
    return place && { span: spanAt(recording, place), place, ns: recording.lanes[place.lane].rows[place.depth].start[place.index] };
  }

  table(view: Range) {
    return threadsTable(this.app, view, this.costs());
  }

  private box(place: Place): Box {
    const { start, end } = this.recording.lanes[place.lane].rows[place.depth];
    const top = this.tracks[place.lane].top + STRIP + place.depth * ROW;
    return { span: spanAt(this.recording, place), place, from: start[place.index], to: end[place.index], top };
  }

  /** The tracks of which something is between two heights. */
  private shown(top: number, bottom: number): Track[] {
    const first = firstAbove(this.bottoms, top);
    const after = this.tracks.findIndex((track, index) => index >= first && track.top >= bottom);
    return this.tracks.slice(first, after < 0 ? undefined : after);
  }

  private drawTrack(sheet: Sheet, time: TimeWindow, scroll: number, track: Track, effort: Effort, written: Written[]): void {
    const { surface, ratio } = sheet;
    const { colours, search } = this.app;
    const { lane } = track;
    const rgb = colours.onLane(lane.index);
    const pixels = Uint32Array.from(rgb, pixel);
    const passedOver = rgb.map((colour) => colours.passedOver(colour));
    const passedOverPixels = Uint32Array.from(passedOver, pixel);
    const y = (height: number) => Math.round((AXIS + height - scroll) * ratio);
    surface.fill(0, y(track.top), surface.width, y(track.top + STRIP), pixel(colours.ink.band));
    this.drawMarks(sheet, time, lane, y(track.top + STRIP - MARK), y(track.top + STRIP));
    const painter = new RowPainter(surface, effort);
    const first = Math.max(0, Math.floor((scroll - track.top - STRIP) / ROW));
    const last = Math.min(lane.rows.length - 1, Math.floor((scroll + sheet.height - AXIS - track.top - STRIP) / ROW));
    for (let depth = first; depth <= last; depth++) {
      const top = track.top + STRIP + depth * ROW;
      const mip = this.mip(lane, depth);
      const boxes = painter.paint(mip, {
        from: time.from,
        scale: time.scale * ratio,
        top: Math.max(AXIS * ratio, y(top)),
        bottom: y(top + ROW) - 1,
        colours: rgb,
        pixels,
        search: search.active ? { matches: mip.matches(search), passedOver, passedOverPixels, found: colours.ink.accent } : null,
        under: colours.ink.page,
        taken: this.taken(lane, depth, ratio),
        labelFrom: LABEL_FROM * ratio,
      });
      for (const box of boxes) {
        const left = Math.max(0, box.left) / ratio + LABEL_MARGIN;
        const name = this.app.site(lane.rows[depth].site[box.index]).name;
        const text = sheet.labels.fit(name, box.right / ratio - left - LABEL_MARGIN);
        if (text !== "") written.push({ text, left, middle: AXIS + top - scroll + ROW / 2 });
      }
    }
  }

  private taken(lane: Lane, depth: number, ratio: number): RowPaint["taken"] {
    const costs = this.costs();
    if (!costs) return null;
    const share = (index: number) => {
      const { raw, ns } = costs.of({ lane: lane.index, depth, index });
      return raw > 0 ? (raw - ns) / raw : 0;
    };
    return { share, lines: pixel(this.app.colours.ink.page), pitch: Math.round(PITCH * ratio) };
  }

  private mip(lane: Lane, depth: number): Mip {
    return (this.mips[lane.index][depth] ??= new Mip(lane.rows[depth]));
  }

  /** Instants: a stroke each, in the strip. */
  private drawMarks({ surface, ratio }: Sheet, time: TimeWindow, { marks: { at } }: Lane, top: number, bottom: number): void {
    const colour = pixel(this.app.colours.ink.faint);
    const width = Math.ceil(ratio);
    for (let index = firstAbove(at, time.from - 1); index < at.length && at[index] < time.to; ) {
      const x = Math.round(time.x(at[index]) * ratio);
      surface.fill(x, top, x + width, bottom, colour);
      index = Math.max(index + 1, firstAbove(at, time.time((x + width + 0.5) / ratio), index));
    }
  }
}
