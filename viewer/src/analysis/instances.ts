/**
 * Every span of one callsite, within a time: the part of each that is inside of it.
 */

import { type Place, type Recording, type Row, type Span, firstAbove, inside } from "../data/recording.ts";
import { segmentsOf } from "../data/span.ts";
import type { Measure, Range } from "../state/state.ts";
import { meets } from "./lanesweep.ts";
import { sweepNarrowed } from "./narrowedsweep.ts";
import type { Narrowing } from "./narrowing.ts";

export class Instances {
  readonly spans: Span[] = [];
  private readonly known = new Map<Measure, Float64Array>();

  constructor(
    private readonly recording: Recording,
    site: number,
    private readonly range: Range,
    narrowing: Narrowing | null = null,
  ) {
    // Pieces are no spans.
    if (recording.thinned) return;
    if (narrowing) {
      this.addNarrowed(site, narrowing);
      return;
    }
    for (const lane of recording.lanes) {
      lane.rows.forEach((row, depth) => this.addPlain(row, lane.index, depth, site));
    }
    const { lives } = recording;
    for (let life = 0; life < lives.length; life++) {
      const counts = lives.site[life] === site && lives.selected[life] === 1;
      if (counts && meets(lives.start[life], lives.end[life], range)) this.spans.push({ life });
    }
  }

  /** A duration of each span, in their order; made once. */
  values(measure: Measure): Float64Array {
    let values = this.known.get(measure);
    if (!values) {
      values = Float64Array.from(this.spans, (span) => this.value(span, measure));
      this.known.set(measure, values);
    }
    return values;
  }

  /** The spans that focus, ignore and hide leave, with what counts of their times. */
  private addNarrowed(site: number, narrowing: Narrowing): void {
    const { recording, spans } = this;
    const busy: number[] = [];
    const self: number[] = [];
    const add = (span: Span, ofBusy: number, ofSelf: number) => {
      spans.push(span);
      busy.push(ofBusy);
      self.push(ofSelf);
    };
    sweepNarrowed(recording, this.range, narrowing, {
      plain: (held, ns) => held.site === site && add(held.place, ns, held.self),
      lived: ({ life, busy, self }) => recording.lives.site[life] === site && add({ life }, busy, self),
    });
    this.known.set("busy", Float64Array.from(busy)).set("self", Float64Array.from(self));
  }

  private addPlain(row: Row, lane: number, depth: number, site: number): void {
    const [from, to] = this.range;
    // Rows may be long before the first of the time; segments of one never overlap.
    const first = Math.max(0, firstAbove(row.start, from) - 1);
    for (let index = first; index < row.length && row.start[index] < to; index++) {
      const isPlain = !row.life || row.life[index] < 0;
      if (row.site[index] === site && isPlain && meets(row.start[index], row.end[index], this.range)) this.spans.push({ lane, depth, index });
    }
  }

  private value(span: Span, measure: Measure): number {
    if (measure === "lifetime" && "life" in span) {
      const { start, end } = this.recording.lives;
      return this.clip(start[span.life], end[span.life]);
    }
    const places = segmentsOf(this.recording, span);
    // A plain span lives as long as it runs, whatever counts of that.
    return places.reduce((sum, place) => sum + (measure === "self" ? this.self(place) : this.busy(place)), 0);
  }

  private busy({ lane, depth, index }: Place): number {
    const row = this.recording.lanes[lane].rows[depth];
    return this.clip(row.start[index], row.end[index]);
  }

  private self(place: Place): number {
    const lane = this.recording.lanes[place.lane];
    const below = lane.rows[place.depth + 1];
    const { end } = lane.rows[place.depth];
    const [from, to] = inside(lane, place.depth, place.index);
    let left = this.busy(place);
    for (let child = from; child < to; child++) left -= this.clip(below.start[child], Math.min(below.end[child], end[place.index]));
    return left;
  }

  private clip(start: number, end: number): number {
    return Math.max(0, Math.min(end, this.range[1]) - Math.max(start, this.range[0]));
  }
}

/** The durations that the share `q` does not exceed, exactly: the smallest such one. */
export function exactQuantile(sorted: Float64Array, q: number): number {
  return sorted.length === 0 ? 0 : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
