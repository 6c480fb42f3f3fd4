// How long the viewer takes to open, and to draw while one zooms in and pans back out.
//
//   SPANFIRE=… node bench/draw.mjs RECORDING…
//
// Prints a row for each recording: bytes per span in the page, time to the first picture, draw
// times over a scripted zoom from all of the time to 100 µs and back with pans between, and what
// was drawn at most: counts that do not depend on the machine.

import { statSync } from "node:fs";
import { basename } from "node:path";
import { close, open, report, spanfireJson } from "../test/harness.mjs";

const ROW = 18;

function percentile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}

/** Zooms to 100 µs in 60 steps and back, panning every third frame. */
async function flight(page) {
  return await page.evaluate(async () => {
    const canvas = document.querySelector(".stage canvas");
    const rect = canvas.getBoundingClientRect();
    const frames = [];
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const wheel = (deltaX, deltaY) => {
      const at = { clientX: rect.left + rect.width * 0.37, clientY: rect.top + 200 };
      canvas.dispatchEvent(new WheelEvent("wheel", { ...at, deltaX, deltaY, bubbles: true, cancelable: true }));
    };
    for (let step = 0; step < 180; step++) {
      if (step % 3 === 2) wheel(step % 2 === 0 ? 60 : -60, 0);
      else wheel(0, step < 90 ? -65 : 65);
      await frame();
      await frame();
      const { ms, boxes, steps } = canvas.dataset;
      frames.push([Number(ms), Number(boxes), Number(steps)]);
    }
    return { frames, width: canvas.width, height: canvas.height, shortest: 0 };
  });
}

const rows = [];
for (const recording of process.argv.slice(2)) {
  const info = spanfireJson("info", recording);
  const file = report(recording, "--max-spans", "0");
  const view = await open(file, { width: 1400, height: 900 });
  const ready = await view.page.evaluate(() => Number(document.documentElement.dataset.ready));
  const { frames, width, height } = await flight(view.page);
  const ms = frames.map(([ms]) => ms);
  rows.push({
    recording: basename(recording),
    spans: info.spans,
    "bytes/span": (statSync(file).size / info.spans).toFixed(2),
    "bytes/segment": (statSync(file).size / info.segments).toFixed(2),
    "open ms": ready,
    "draw p50 ms": percentile(ms, 0.5).toFixed(1),
    "draw p95 ms": percentile(ms, 0.95).toFixed(1),
    "boxes/(rows × width)": (Math.max(...frames.map(([, boxes]) => boxes)) / (width * Math.ceil(height / ROW))).toFixed(2),
    "steps/row-pixel": (Math.max(...frames.map(([, , steps]) => steps)) / (width * Math.ceil(height / ROW))).toFixed(2),
  });
  await view.close();
}
console.table(rows);
await close();
