// How long the viewer takes to open, and to draw while one zooms in and pans back out.
//
//   SPANFIRE=… node bench/draw.mjs RECORDING…
//
// Prints a row for each recording: bytes per span in the page, time to the first picture, draw
// times over a scripted zoom from all of the time to 100 µs and back with pans between, and what
// was drawn at most: counts that do not depend on the machine. Recordings of more spans than a page
// should have are served instead; there the first picture is counted from when `spanfire view` is
// started, with the browser already there, and what the server sent is counted as well.

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { close, open, report, serving, spanfireJson } from "../test/harness.mjs";

/** More spans than this are served. */
const SERVED_FROM = 5_000_000;

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

/** A row of what was drawn. */
function drawn({ frames, width, height }) {
  const ms = frames.map(([ms]) => ms);
  const most = (at) => Math.max(...frames.map((frame) => frame[at])) / (width * Math.ceil(height / ROW));
  return {
    "draw p50 ms": percentile(ms, 0.5).toFixed(1),
    "draw p95 ms": percentile(ms, 0.95).toFixed(1),
    "boxes/(rows × width)": most(1).toFixed(2),
    "steps/row-pixel": most(2).toFixed(2),
  };
}

async function inOneFile(recording, { spans, segments }) {
  const file = report(recording, "--max-spans", "0");
  const view = await open(file, { width: 1400, height: 900 });
  const ready = await view.page.evaluate(() => Number(document.documentElement.dataset.ready));
  const row = {
    ...{ recording: basename(recording), spans },
    ...{ "bytes/span": (statSync(file).size / spans).toFixed(2), "bytes/segment": (statSync(file).size / segments).toFixed(2) },
    ...{ "first picture ms": ready, ...drawn(await flight(view.page)) },
  };
  await view.close();
  return row;
}

/** Of what views are asked for from all of the time down to a millionth of it, three times as wide as the picture. */
async function largestAnswer(address) {
  const [from, to] = (await (await fetch(`${address}outline`)).json()).range_ns;
  let largest = 0;
  for (let length = to - from; length > (to - from) / 1e6; length /= 3) {
    const start = Math.floor(from + 0.37 * (to - from - length));
    const answer = await fetch(`${address}window?from=${start}&to=${Math.ceil(start + length)}&width=${3 * 1400}`);
    largest = Math.max(largest, (await answer.arrayBuffer()).byteLength);
  }
  return largest;
}

async function served(recording, { spans, segments }) {
  const started = performance.now();
  const { address, process } = await serving(recording);
  const view = await open(address, { width: 1400, height: 900 });
  const shown = performance.now();
  await view.until(() => document.querySelector(".notice").hidden, "the whole recording");
  const whole = performance.now();
  const [peak] = /(?<=VmHWM:\s+)\d+/.exec(readFileSync(`/proc/${process.pid}/status`, "utf8")) ?? [NaN];
  const row = {
    ...{ recording: `${basename(recording)} (served)`, spans },
    ...{ "server B/segment": ((1024 * peak) / segments).toFixed(1), "whole picture ms": Math.round(whole - started) },
    ...{ "first picture ms": Math.round(shown - started), ...drawn(await flight(view.page)) },
    "largest answer KB": Math.round((await largestAnswer(address)) / 1000),
  };
  await view.close();
  return row;
}

// A browser that has to be started first is nobody's fault.
await (await open(report(process.argv[2], "--max-spans", "1000"))).close();
const rows = [];
for (const recording of process.argv.slice(2)) {
  const info = spanfireJson("info", recording);
  rows.push(await (info.spans > SERVED_FROM ? served : inOneFile)(recording, info));
}
console.table(rows);
await close();
