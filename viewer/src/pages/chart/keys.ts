/**
 * The chart's keys.
 */

import type { Key } from "../../app/keys.ts";
import type { Range } from "../../state/state.ts";
import { ROW } from "./scene.ts";
import { moved, zoomed } from "./window.ts";

/** What keys, wheel and minimap move. */
export interface Moves {
  readonly view: Range;
  readonly all: Range;
  look(view: Range): void;
  scrollBy(pixels: number): void;
  zoomToSelected(): void;
}

const ZOOM = 0.7;
const PAN = 0.2;

export function chartKeys(chart: Moves): Key[] {
  const zoom = (factor: number) => () => {
    const [from, to] = chart.view;
    chart.look(zoomed([from, to], factor, (from + to) / 2, chart.all));
  };
  const pan = (share: number) => () => {
    const [from, to] = chart.view;
    chart.look(moved([from, to], share * (to - from), chart.all));
  };
  return [
    { keys: ["w", "+", "="], does: "Zoom in", run: zoom(ZOOM) },
    { keys: ["s", "-"], does: "Zoom out", run: zoom(1 / ZOOM) },
    { keys: ["a", "ArrowLeft"], does: "Earlier", run: pan(-PAN) },
    { keys: ["d", "ArrowRight"], does: "Later", run: pan(PAN) },
    { keys: ["ArrowUp"], does: "Up", run: () => chart.scrollBy(-3 * ROW) },
    { keys: ["ArrowDown"], does: "Down", run: () => chart.scrollBy(3 * ROW) },
    { keys: ["0", "Home"], does: "All of the time", run: () => chart.look(chart.all) },
    { keys: ["z", "Enter"], does: "Zoom to the selected span or time", run: () => chart.zoomToSelected() },
  ];
}
