/**
 * The pointer over the chart: wheel zooms and pans, dragging selects a time, a click selects a span.
 */

import type { Range } from "../../state/state.ts";
import { type TimeWindow, moved, zoomed } from "./window.ts";

export interface PointerTarget {
  time(): TimeWindow;
  readonly all: Range;
  look(view: Range): void;
  scrollBy(pixels: number): void;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
  /** A time that is being dragged over, or has been. */
  measure(range: Range, done: boolean): void;
  open(x: number, y: number): void;
}

/** A pointer that moved less was a click, in pixels. */
const CLICK = 4;
const ZOOM_PER_PIXEL = 0.0022;
const LINE = 16;

export function listen(canvas: HTMLCanvasElement, target: PointerTarget): void {
  let pressed: { x: number; y: number; pan: boolean; view: Range; dragged: boolean } | null = null;
  canvas.addEventListener("wheel", (event) => onWheel(event, target), { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const time = target.time();
    const pan = event.shiftKey || event.button === 1;
    pressed = { x: event.offsetX, y: event.offsetY, pan, view: [time.from, time.to], dragged: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!pressed) return target.hover(event.offsetX, event.offsetY);
    pressed.dragged ||= Math.abs(event.offsetX - pressed.x) > CLICK;
    if (!pressed.dragged) return;
    const time = target.time();
    if (pressed.pan) {
      target.look(moved(pressed.view, (pressed.x - event.offsetX) / time.scale, target.all));
      target.scrollBy(-event.movementY);
    } else target.measure(dragged(time, pressed.x, event.offsetX), false);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (pressed?.dragged && !pressed.pan) target.measure(dragged(target.time(), pressed.x, event.offsetX), true);
    if (pressed && !pressed.dragged) target.click(event.offsetX, event.offsetY);
    pressed = null;
  });
  canvas.addEventListener("pointercancel", () => (pressed = null));
  canvas.addEventListener("pointerleave", () => target.leave());
  canvas.addEventListener("dblclick", (event) => target.open(event.offsetX, event.offsetY));
}

function dragged(time: TimeWindow, from: number, to: number): Range {
  const [left, right] = from < to ? [from, to] : [to, from];
  return [Math.max(0, Math.round(time.time(left))), Math.round(time.time(right))];
}

function onWheel(event: WheelEvent, target: PointerTarget): void {
  event.preventDefault();
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
  const [across, down] = [event.deltaX * unit, event.deltaY * unit];
  const time = target.time();
  const view: Range = [time.from, time.to];
  if (event.shiftKey && across === 0) target.scrollBy(down);
  else if (Math.abs(across) > Math.abs(down)) target.look(moved(view, across / time.scale, target.all));
  else target.look(zoomed(view, Math.exp(down * ZOOM_PER_PIXEL), time.time(event.offsetX), target.all));
}
