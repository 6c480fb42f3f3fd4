// A page in Debian's chromium, offline, with every console error and every request noted.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

/** Without a GPU the browser would draw by software what stands for one. */
export const BROWSER = { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] };
const WAIT_MS = 60_000;

/** The command under test, and the recording of the example, as `cargo xtask browser` gives them. */
export const SPANFIRE = process.env.SPANFIRE ?? "spanfire";
export const REQUESTS = process.env.SPANFIRE_RECORDING ?? "requests.spanfire";
/** Another recording of the same example, to compare with. */
export const BEFORE = process.env.SPANFIRE_RECORDING_BEFORE ?? REQUESTS;

const SHAPES = process.env.SPANFIRE_SHAPES ?? "shapes";

const SAMPLED = process.env.SPANFIRE_SAMPLED ?? "sampled";

const folder = mkdtempSync(join(tmpdir(), "spanfire-viewer-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What the command prints. */
export function spanfire(...words) {
  return execFileSync(SPANFIRE, words, { encoding: "utf8", maxBuffer: 1 << 28 });
}

export function spanfireJson(...words) {
  return JSON.parse(spanfire(...words, "--format", "json"));
}

/** A recording of some shape: see `tests/programs/shapes.rs`. */
export function shape(name, count) {
  const out = join(folder, `${name}${count ?? ""}.spanfire`);
  execFileSync(SHAPES, [name, out, ...(count === undefined ? [] : [String(count)])]);
  return out;
}

/** A recording with native samples, by perf events or, where these are refused, by timer signals: see `tests/programs/sampled.rs`. */
export function sampled(rounds) {
  const out = join(folder, `sampled${rounds}.spanfire`);
  const asked = { SPANFIRE: "on", SPANFIRE_OUT: out, SPANFIRE_SAMPLE: "4999", SPANFIRE_SAMPLER: "auto" };
  execFileSync(SAMPLED, [String(rounds)], { env: { ...process.env, ...asked } });
  return out;
}

/** A report of a recording; `flags` go to `spanfire report`. */
export function report(recording, ...flags) {
  const out = join(folder, `${report.made++}.html`);
  spanfire("report", recording, "-o", out, ...flags);
  return out;
}
report.made = 0;

const servers = [];

/** A server of a recording, which ends with the tests; `flags` go to `spanfire view`. */
export async function serving(recording, ...flags) {
  const server = spawn(SPANFIRE, ["view", recording, "--no-open", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  servers.push(server);
  for await (const line of createInterface({ input: server.stdout })) return { address: line, process: server };
  assert.fail("the server printed no address");
}

/** Its address. */
export async function serve(recording, ...flags) {
  return (await serving(recording, ...flags)).address;
}

/** A page of two recordings. */
export function comparison(before, after, ...flags) {
  const out = join(folder, `${report.made++}.html`);
  spanfire("diff", before, after, "-o", out, ...flags);
  return out;
}

let browser;
/** By whether they may ask a server: where pages live, and pages that nobody looks at. */
const places = new Map();

export async function close() {
  for (const server of servers) server.kill();
  await browser?.close();
}

/** The browser of `run.mjs`, or one of this file's own. */
async function launched() {
  const shared = process.env.SPANFIRE_BROWSER;
  return shared === undefined ? await chromium.launch(BROWSER) : await chromium.connect(shared);
}

/** A page with nothing in it: a new one has a process of its own to start, so those that were left are taken first. */
async function emptyPage(isServed) {
  browser ??= await launched();
  if (!places.has(isServed)) places.set(isServed, { context: await browser.newContext({ offline: !isServed }), left: [] });
  const { context, left } = places.get(isServed);
  return left.pop() ?? (await context.newPage());
}

/** Opens a file; `problems()` is what went wrong in it so far. */
export async function open(file, { hash = "", width = 1200, height = 800, colorScheme = "light", starts = true } = {}) {
  const served = file.startsWith("http:");
  const page = await emptyPage(served);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  const address = served ? file : `file://${file}`;
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.stack ?? error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("blob:")) problems.push(`request: ${request.url()}`);
  });
  await page.goto(address + hash);
  const opened = new Opened(page, problems, served);
  if (!starts) return opened;
  await opened.until(() => document.documentElement.dataset.ready !== undefined, "the viewer to start");
  await opened.settled();
  return opened;
}

/** The nanoseconds that `1.234 567 ms` says. */
export function exactNs(text) {
  const [, number, unit] = /^(-?[\d. ]+) (ns|µs|ms|s)$/.exec(text) ?? assert.fail(`no duration: ${text}`);
  return Math.round(Number(number.replaceAll(" ", "")) * { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }[unit]);
}

/** With four digits and a unit, as the command prints it. */
export function shown(ns) {
  if (ns < 1000) return `${Math.round(ns)} ns`;
  const [scale, unit] = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]].find(([scale]) => ns >= scale);
  return `${(ns / scale).toFixed(3 - Math.floor(Math.log10(ns / scale)))} ${unit}`;
}

/** What the page saves when a button is pressed. */
export async function downloaded(view, label) {
  const [download] = await Promise.all([view.page.waitForEvent("download"), view.page.getByRole("button", { name: label, exact: true }).click()]);
  const saved = join(folder, "download");
  await download.saveAs(saved);
  return readFileSync(saved, "utf8");
}

export class Opened {
  constructor(page, problems, isServed) {
    this.page = page;
    this.problems = problems;
    this.isServed = isServed;
  }

  /** Polls once a frame: the page's policy forbids what `waitForFunction` does. */
  async until(condition, what, argument, patienceMs = WAIT_MS) {
    const deadline = Date.now() + patienceMs;
    while (!(await this.page.evaluate(condition, argument))) {
      assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  /** Until two frames have been drawn. */
  async settled() {
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
    await this.settled();
  }

  async go(hash) {
    await this.page.evaluate(async (hash) => {
      if (hash === location.hash) return;
      const changed = new Promise((done) => addEventListener("hashchange", done, { once: true }));
      location.hash = hash;
      await changed;
    }, hash);
    await this.settled();
  }

  /** The table twin: its rows as objects by column, with their level. */
  async table() {
    if (await this.page.evaluate(() => document.querySelector(".twin.unseen") !== null)) await this.press("t");
    return await this.page.evaluate(() => {
      const columns = [...document.querySelectorAll(".twin th")].map((cell) => cell.textContent);
      return [...document.querySelectorAll(".twin tbody tr")].map((row) => {
        const cells = [...row.querySelectorAll("td")].map((cell, at) => [columns[at], cell.textContent]);
        return { ...Object.fromEntries(cells), level: Number(row.getAttribute("aria-level")) };
      });
    });
  }

  async close() {
    assert.deepEqual(this.problems, []);
    this.page.removeAllListeners();
    await this.page.unrouteAll();
    await this.page.goto("about:blank");
    places.get(this.isServed).left.push(this.page);
  }
}
