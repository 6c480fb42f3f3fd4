/**
 * Where the rows of all threads stand, one lane under the other.
 */

import type { Lane, Place, Recording } from "../../data/recording.ts";
import { firstAbove } from "../../data/recording.ts";
import { Mip } from "../../draw/mip.ts";

/** Heights in CSS pixels. */
export const ROW = 18;
/** The strip above a lane's rows: its label, and its instants. */
export const STRIP = 20;
const BELOW_LANE = 8;

export interface Track {
  lane: Lane;
  /** The top of the strip, from the top of all tracks. */
  top: number;
  bottom: number;
}

export class Tracks {
  readonly list: Track[] = [];
  readonly height: number;
  private readonly mips = new Map<string, Mip>();

  constructor(readonly recording: Recording) {
    let top = 0;
    for (const lane of recording.lanes) {
      const bottom = top + STRIP + lane.rows.length * ROW;
      this.list.push({ lane, top, bottom });
      top = bottom + BELOW_LANE;
    }
    this.height = top;
  }

  /** The tracks of which something is between two heights. */
  between(top: number, bottom: number): Track[] {
    const first = firstAbove(this.list.map((track) => track.bottom), top);
    const after = this.list.findIndex((track, index) => index >= first && track.top >= bottom);
    return this.list.slice(first, after < 0 ? undefined : after);
  }

  /** The levels of detail of a row, made when it is first seen. */
  mip(lane: Lane, depth: number): Mip {
    const key = `${lane.index}.${depth}`;
    let mip = this.mips.get(key);
    if (!mip) {
      mip = new Mip(lane.rows[depth]);
      this.mips.set(key, mip);
    }
    return mip;
  }

  /** The top of a row. */
  top(lane: number, depth: number): number {
    return this.list[lane].top + STRIP + depth * ROW;
  }

  /** The segment at a height and a time; the nearest within `slack` ns. */
  at(height: number, ns: number, slack: number): Place | null {
    const track = this.list.find((track) => height >= track.top + STRIP && height < track.bottom);
    if (!track) return null;
    const depth = Math.floor((height - track.top - STRIP) / ROW);
    const row = track.lane.rows[depth];
    const index = firstAbove(row.start, ns) - 1;
    const near = [index, index + 1]
      .filter((index) => index >= 0 && index < row.length)
      .map((index) => ({ index, away: Math.max(row.start[index] - ns, ns - row.end[index], 0) }))
      .filter(({ away }) => away <= slack)
      .sort((a, b) => a.away - b.away);
    return near.length > 0 ? { lane: track.lane.index, depth, index: near[0].index } : null;
  }
}
