/**
 * All of the time in a strip: how busy the threads are, and which part is in view.
 */

import type { App } from "../../app/app.ts";
import { css } from "../../draw/palette.ts";
import type { Range } from "../../state/state.ts";
import { Picture } from "./picture.ts";
import type { Tracks } from "./tracks.ts";
import { TimeWindow, moved } from "./window.ts";

/** Half as wide as this, the part in view could not be seen or held. */
const NARROWEST = 6;

export class Minimap {
  private readonly picture: Picture;
  private busy: Float64Array = new Float64Array(0);

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly app: App,
    private readonly tracks: Tracks,
    private readonly view: () => Range,
    private readonly look: (view: Range) => void,
  ) {
    this.picture = new Picture(canvas, app);
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.centre(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.centre(event);
    });
  }

  draw(): void {
    const { picture, app } = this;
    picture.begin();
    picture.put();
    const { context, width, height } = picture;
    const { ink } = app.colours;
    if (this.busy.length !== Math.floor(width)) this.busy = this.measure(Math.floor(width));
    context.fillStyle = css(ink.faint);
    this.busy.forEach((share, x) => {
      if (share > 0) context.fillRect(x, height - Math.max(1, share * (height - 4)), 1, height);
    });
    const time = this.window();
    const [from, to] = this.view();
    const left = Math.min(width - NARROWEST, time.x(from));
    const right = Math.max(left + NARROWEST, time.x(to));
    context.globalAlpha = 0.7;
    context.fillStyle = css(ink.page);
    context.fillRect(0, 0, left, height);
    context.fillRect(right, 0, width, height);
    context.globalAlpha = 1;
    context.strokeStyle = css(ink.accent);
    context.strokeRect(left + 0.5, 0.5, right - left - 1, height - 1);
  }

  private window(): TimeWindow {
    const { recording } = this.app;
    return new TimeWindow([recording.from, recording.to], this.picture.width);
  }

  private centre(event: PointerEvent): void {
    const { recording } = this.app;
    const at = this.window().time(event.offsetX);
    const view = this.view();
    this.look(moved(view, at - (view[0] + view[1]) / 2, [recording.from, recording.to]));
  }

  /** The share of all threads that is busy, for each pixel. */
  private measure(width: number): Float64Array {
    const busy = new Float64Array(width);
    const { recording } = this.app;
    const scale = width / (recording.to - recording.from);
    for (const { lane } of this.tracks.list) {
      const row = lane.rows[0];
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
