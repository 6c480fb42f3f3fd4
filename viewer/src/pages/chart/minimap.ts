/**
 * All of the time in a strip: how busy the threads are, and which part is in view.
 */

import type { App } from "../../app/app.ts";
import { CanvasSheet } from "../../draw/sheet.ts";
import type { Moves } from "./keys.ts";
import { TimeWindow, moved } from "./window.ts";

/** Half as wide as this, the part in view could not be seen or held. */
const NARROWEST = 6;

export class Minimap {
  private readonly sheet: CanvasSheet;
  private busy: Float64Array = new Float64Array(0);

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly app: App,
    private readonly chart: Moves,
  ) {
    this.sheet = new CanvasSheet(canvas);
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.centre(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.centre(event);
    });
  }

  draw(): void {
    const { sheet, app } = this;
    const { ink } = app.colours;
    sheet.begin(ink.page);
    sheet.put();
    const { width, height } = sheet;
    if (this.busy.length !== Math.floor(width)) this.busy = this.measure(Math.floor(width));
    this.busy.forEach((share, x) => {
      if (share > 0) sheet.cover(x, height - Math.max(1, share * (height - 4)), x + 1, height, ink.faint);
    });
    const time = this.window();
    const { range } = app.state;
    if (range) sheet.cover(time.x(range[0]), 0, Math.max(time.x(range[0]) + 1, time.x(range[1])), height, ink.accent, 0.3);
    const [from, to] = this.chart.view;
    const left = Math.min(width - NARROWEST, time.x(from));
    const right = Math.max(left + NARROWEST, time.x(to));
    sheet.cover(0, 0, left, height, ink.page, 0.7);
    sheet.cover(right, 0, width, height, ink.page, 0.7);
    sheet.frame(left + 0.5, 0.5, right - 0.5, height - 0.5, ink.accent, 1);
  }

  private window(): TimeWindow {
    const { recording } = this.app;
    return new TimeWindow([recording.from, recording.to], this.sheet.width);
  }

  private centre(event: PointerEvent): void {
    const at = this.window().time(event.offsetX);
    const view = this.chart.view;
    this.chart.look(moved(view, at - (view[0] + view[1]) / 2, this.chart.all));
  }

  /** The share of all threads that is busy, for each pixel. */
  private measure(width: number): Float64Array {
    const busy = new Float64Array(width);
    const { recording } = this.app;
    const scale = width / (recording.to - recording.from);
    for (const { rows } of recording.lanes) {
      const row = rows[0];
      for (let at = 0; at < (row?.length ?? 0); at++) add(busy, (row.start[at] - recording.from) * scale, (row.end[at] - recording.from) * scale);
    }
    const most = busy.reduce((most, share) => Math.max(most, share), 0);
    return busy.map((share) => (most > 0 ? share / most : 0));
  }
}

/** Adds the time from..to, in pixels, to the pixels it is in. */
function add(busy: Float64Array, from: number, to: number): void {
  const first = Math.floor(from);
  const last = Math.min(busy.length - 1, Math.floor(to));
  for (let x = first; x <= last; x++) busy[x] += Math.min(to, x + 1) - Math.max(from, x);
}
