/**
 * The colours of a recording on the present page: callsites, threads, and the page's own.
 */

import { framesOf } from "../data/head.ts";
import type { Recording } from "../data/recording.ts";
import type { ColourBy } from "../state/state.ts";
import { type Rgb, blend, coloursOf, threadColour } from "./palette.ts";

/** The page's own colours, on the canvas as in `theme.css`. */
export interface Ink {
  page: Rgb;
  band: Rgb;
  line: Rgb;
  text: Rgb;
  faint: Rgb;
  /** Text on a span. */
  label: Rgb;
  accent: Rgb;
}

const LIGHT: Ink = {
  page: [255, 255, 255],
  band: [246, 248, 250],
  line: [208, 215, 222],
  text: [27, 31, 36],
  faint: [87, 96, 106],
  label: [27, 31, 36],
  accent: [9, 105, 218],
};

const DARK: Ink = {
  page: [13, 17, 23],
  band: [22, 27, 34],
  line: [48, 54, 61],
  text: [230, 237, 243],
  faint: [145, 152, 161],
  label: [10, 13, 17],
  accent: [88, 166, 255],
};

/** How much of its colour a span keeps that a search passes over. */
const PASSED_OVER = 0.25;

export class Colours {
  readonly ink: Ink;
  readonly sites: readonly Rgb[];
  private readonly lanes: readonly Rgb[] | null;

  constructor(
    recording: Recording,
    by: ColourBy,
    readonly dark: boolean,
  ) {
    this.ink = dark ? DARK : LIGHT;
    this.sites = coloursOf(framesOf(recording.head), by, dark);
    this.lanes = by === "thread" ? recording.lanes.map((lane) => threadColour(lane.label, dark)) : null;
  }

  /** The colour of a callsite on a lane. */
  of(site: number, lane = -1): Rgb {
    return this.lanes && lane >= 0 ? this.lanes[lane] : this.sites[site];
  }

  /** The colour of what a search passes over. */
  passedOver(colour: Rgb): Rgb {
    return blend(this.ink.band, colour, PASSED_OVER);
  }

  /** The colours of all callsites on a lane. */
  onLane(lane: number): Rgb[] {
    return this.sites.map((_, site) => this.of(site, lane));
  }
}
