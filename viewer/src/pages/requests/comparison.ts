/**
 * One request beside another: by stack, what changed in time and in share, what is new, what is gone.
 */

import { type Aligned, type Standing, align, standings, summed } from "../../analysis/aligned.ts";
import { requestTree } from "../../analysis/requesttree.ts";
import type { RequestRow } from "../../analysis/requests.ts";
import type { App } from "../../app/app.ts";
import { changeBar } from "../../app/datatable.ts";
import { element } from "../../app/elements.ts";
import { count, duration, exactDuration, percent } from "../../app/format.ts";
import type { TableRow } from "../../app/page.ts";
import { css } from "../../draw/palette.ts";
import { nameOf } from "../../graph/words.ts";

const ROWS = 300;
const TITLES = [
  ["Frame", "What ran, by what it belongs to"],
  ["This", "Time running and waiting in the chosen request, with all under it; what happens side by side counts twice"],
  ["Other", "The same in the other request"],
  ["Difference", "How much more time the chosen request took"],
  ["Share", "How much more of its own time the chosen request spent on it"],
] as const;

/** A stack on both sides; times with all that is under it, waiting and running. */
export interface ComparedFrame {
  site: number;
  depth: number;
  standing: Standing;
  /** This request's, and the other's. */
  times: [number, number];
  shares: [number, number];
  busy: [number, number];
  idle: [number, number];
  counts: [number, number];
}

/** What a request is compared by, the heaviest stacks first. */
export function compare(app: App, other: RequestRow, one: RequestRow): ComparedFrame[] {
  const [before, after] = [other, one].map((row) => requestTree(app.recording, row.life));
  return framesOf(align(before, after));
}

function framesOf(aligned: Aligned): ComparedFrame[] {
  const { tree } = aligned;
  const standing = standings(aligned);
  const sides = [aligned.after, aligned.before];
  const busy = sides.map((own) => summed(tree, own.busy));
  const idle = sides.map((own) => summed(tree, own.idle));
  const time = (side: number, node: number) => busy[side][node] + idle[side][node];
  const pair = (of: (side: number) => number): [number, number] => [of(0), of(1)];
  const children: number[][] = Array.from({ length: tree.length }, () => []);
  for (let node = 1; node < tree.length; node++) children[tree.parent[node]].push(node);
  const heavier = (a: number, b: number) => Math.max(time(0, b), time(1, b)) - Math.max(time(0, a), time(1, a));
  const frames: ComparedFrame[] = [];
  const open = [{ node: 0, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (node > 0) {
      frames.push({
        site: tree.site[node],
        depth,
        standing: standing[node],
        times: pair((side) => time(side, node)),
        shares: pair((side) => (time(side, 0) > 0 ? time(side, node) / time(side, 0) : 0)),
        busy: pair((side) => busy[side][node]),
        idle: pair((side) => idle[side][node]),
        counts: pair((side) => sides[side].count[node]),
      });
    }
    for (const child of children[node].sort(heavier).reverse()) open.push({ node: child, depth: depth + 1 });
  }
  return frames;
}

/** The comparison in a table whose rows are indented as stacks nest. */
export function comparisonTable(app: App, frames: readonly ComparedFrame[]): HTMLElement {
  const most = frames.reduce((most, { times }) => Math.max(most, Math.abs(times[0] - times[1])), 1);
  const head = element("tr", {}, ...TITLES.map(([title, note], at) => heading(title, note, at > 0)));
  const rows = frames.slice(0, ROWS).map((frame) => rowOf(app, frame, most));
  return element("table", { role: "treegrid", attributes: { "aria-label": "Comparison by stack" } }, element("thead", {}, head), element("tbody", {}, ...rows));
}

function heading(title: string, note: string, isNumber: boolean): HTMLElement {
  return element("th", { title: note, class: isNumber ? "number" : "", attributes: { scope: "col" } }, title);
}

function rowOf(app: App, frame: ComparedFrame, most: number): HTMLElement {
  const [one, other] = frame.times;
  const swatch = element("span", { class: "swatch" });
  if (frame.site >= 0) swatch.style.background = css(app.colours.of(frame.site));
  const name = nameOf(app, frame.site);
  const tag = frame.standing === "both" ? null : element("span", { class: `tag ${frame.standing}` }, frame.standing);
  const label = element("td", { class: "text", title: `${name}: ${details(frame)}` }, swatch, element("span", {}, name), tag);
  label.style.paddingInlineStart = `${10 + (frame.depth - 1) * 14}px`;
  const share = frame.shares[0] - frame.shares[1];
  const row = element(
    "tr",
    { attributes: { "aria-level": String(frame.depth) } },
    label,
    number(frame.standing === "gone" ? "–" : duration(one)),
    number(frame.standing === "new" ? "–" : duration(other)),
    element("td", { class: "number" }, changeBar((one - other) / most), element("span", {}, signed(one - other))),
    number(`${share >= 0 ? "+" : "−"}${percent(Math.abs(share))}`),
  );
  row.addEventListener("click", () => app.set({ site: frame.site }));
  row.addEventListener("dblclick", () => app.set({ page: "span", site: frame.site }));
  return row;
}

function number(text: string): HTMLElement {
  return element("td", { class: "number" }, text);
}

/** With its sign. */
export function signed(ns: number): string {
  return ns === 0 ? "0 ns" : `${ns > 0 ? "+" : "−"}${duration(Math.abs(ns))}`;
}

function details({ busy, idle, counts }: ComparedFrame): string {
  const [one, other] = [0, 1].map((side) => `busy ${duration(busy[side])}, idle ${duration(idle[side])}, ${count(counts[side])} spans`);
  return `this: ${one}; other: ${other}`;
}

/** The table twin's rows. */
export function comparisonRows(app: App, frames: readonly ComparedFrame[]): TableRow[] {
  return frames.slice(0, ROWS).map((frame) => ({
    level: frame.depth,
    cells: [
      nameOf(app, frame.site),
      frame.standing,
      ...frame.times.map(exactDuration),
      `${frame.times[0] < frame.times[1] ? "-" : ""}${exactDuration(Math.abs(frame.times[0] - frame.times[1]))}`,
      ...frame.shares.map(percent),
      ...frame.busy.map(exactDuration),
    ],
    choose: () => app.set({ page: "span", site: frame.site }),
  }));
}
