/**
 * *Diff*: what changed between two recordings.
 */

import { matchesSite, patternOf } from "../../analysis/search.ts";
import type { App } from "../../app/app.ts";
import { Bar, type Part, segments, space, text } from "../../app/bar.ts";
import { DataTable } from "../../app/datatable.ts";
import { element } from "../../app/elements.ts";
import { count, exactDuration, percent } from "../../app/format.ts";
import type { Key } from "../../app/keys.ts";
import type { Page, PageView, Table } from "../../app/page.ts";
import type { Compared, DiffData, NameDiff } from "../../data/diff.ts";
import { type Rgb, blend, coloursOf } from "../../draw/palette.ts";
import { directionPart, graphKeys, narrowingPart, stacksPart } from "../../graph/controls.ts";
import { Crumbs } from "../../graph/crumbs.ts";
import { Graph } from "../../graph/graph.ts";
import { type GraphModel, heightOf } from "../../graph/picture.ts";
import { NO_SPAN } from "../../graph/words.ts";
import { amount, changeColour, changeText, differenceText } from "./change.ts";
import { measureOf, nameColumns, weightOf } from "./names.ts";
import { partNames } from "./partnames.ts";
import { type Pair, type Sides, isPart, isSingle, sidesOf } from "./sides.ts";
import { thresholdPart } from "./threshold.ts";

export const diff: Page = {
  id: "diff",
  title: "Diff",
  fits: ({ recording }) => recording.diff !== undefined,
  mount: (host, app) => new Diff(host, app, app.recording.diff as DiffData),
};

const SIDES = ["before", "after"] as const;
const TABLE_ROWS = 1000;
/** Under the picture, in CSS pixels. */
const MARGIN = 14;
/** What the chosen name leaves of the colour of others. */
const OTHERS = 0.3;

class Diff implements PageView {
  private readonly graph: Graph;
  private readonly names: DataTable<NameDiff>;
  private readonly crumbs = new Crumbs("all", (node) => this.zoomTo(node));
  private readonly bar: Bar;
  private colours: { by: string; of: Rgb[] } | null = null;
  private matching: { search: string; of: readonly NameDiff[]; frames: boolean[]; names: NameDiff[] } | null = null;
  private part: { key: string; names: NameDiff[] } | null = null;
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
    private readonly data: DiffData,
  ) {
    this.graph = new Graph(app, (node) => this.zoomTo(node), (node) => this.openSpan(this.sides().aligned.tree.site[node]));
    const view = {
      compared: () => this.compared(),
      share: () => this.share(),
      whole: () => this.whole(),
      names: () => this.compare(),
      colour: (frame: number) => this.colour(frame),
    };
    this.names = new DataTable(app, nameColumns(data, view), {
      label: "Names",
      key: (name) => String(name.frame),
      chosen: () => app.state.detail,
      choose: (name) => app.set({ detail: app.state.detail === String(name.frame) ? "" : String(name.frame) }),
      open: (name) => this.openSpan(name.frame),
      sort: "-difference",
      empty: "No name matches.",
    });
    this.bar = new Bar(this.parts());
    this.graph.element.classList.add("changed");
    host.append(element("div", { class: "filled" }, this.bar.element, this.crumbs.element, this.graph.element, this.names.element));
    const compared: readonly Compared[] = ["total", "self", "idle", "count"];
    this.keys = [
      ...this.graph.keys().filter((key) => !key.keys.includes("Enter")),
      { keys: ["Enter"], does: "Zoom to the frame at the cursor", run: () => this.zoomTo(Math.max(0, this.graph.cursor)) },
      { keys: ["0", "Home"], does: "Zoom out to all", run: () => app.set({ zoom: "" }) },
      ...this.names.keys().map((key) => ({ ...key, keys: key.keys.filter((name) => name.length === 1) })).filter((key) => key.keys.length > 0),
      { keys: ["b"], does: "Compare total, self, idle, count", run: () => app.set({ compared: compared[(compared.indexOf(this.compared()) + 1) % 4] }) },
      { keys: ["v"], does: "Widths before or after", run: () => app.set({ side: app.state.side === "after" ? "before" : "after" }) },
      { keys: ["r"], does: "Forward or reversed", run: () => app.set({ reversed: !app.state.reversed, zoom: "" }) },
      ...graphKeys(app, () => this.data.frames[this.sides().aligned.tree.site[this.graph.cursor]] ?? null).filter((key) => !key.keys.includes("b")),
    ];
  }

  draw(): void {
    const model = this.model();
    this.bar.draw();
    this.crumbs.draw(model.layout, model.zoom, model.label);
    this.graph.element.style.flexBasis = `${heightOf(model) + MARGIN}px`;
    this.graph.draw(model);
    // Rows are other ones when what is compared is: a new list draws them again.
    this.names.draw(this.found().names, `${this.compared()} ${this.share()}`);
  }

  table(): Table {
    const { names } = this.found();
    const compared = this.compared();
    const exact = compared === "count" ? count : exactDuration;
    const measure = (name: NameDiff, of: "mean" | "p50" | "p99") => SIDES.map((side) => exactDuration(name.measures[of][`${side}_ns`]));
    return {
      caption: `Names, ${compared}`,
      columns: [
        ...["name", "verdict", "before", "after", "spans before", "spans after"],
        ...["mean", "p50", "p99"].flatMap((of) => [`${of} before`, `${of} after`, `${of} verdict`]),
      ],
      rows: names.slice(0, TABLE_ROWS).map((name) => ({
        cells: [
          this.data.frames[name.frame].name,
          measureOf(name, compared).verdict,
          ...weightOf(name, compared).map((value) => exact(value)),
          count(name.spans_before),
          count(name.spans_after),
          ...(["mean", "p50", "p99"] as const).flatMap((of) => [...measure(name, of), name.measures[of].verdict]),
        ],
        choose: () => this.app.set({ detail: String(name.frame) }),
      })),
      total: names.length,
    };
  }

  svg(): string {
    return this.graph.svg();
  }

  private compared(): Compared {
    return this.app.state.compared || this.data.weight;
  }

  private share(): boolean {
    return this.app.state.share !== this.data.share;
  }

  private threshold(): number {
    const { threshold } = this.app.state;
    return threshold < 0 ? this.data.threshold : threshold / 100;
  }

  private sides(): Sides {
    return sidesOf(this.app, this.data);
  }

  private parts(): Part[] {
    const { app } = this;
    const compared = segments<"compared">(app, "compared", "What is compared", [
      ["total", "Total", "Time running, with what was called"],
      ["self", "Self", "Time running, without what was called"],
      ["idle", "Idle", "Time waiting"],
      ["count", "Count", "Number of spans"],
    ], () => this.compared());
    const share = segments<"share">(app, "share", "Absolute or share", [
      [this.data.share, "Absolute", "Times and counts as they are"],
      [!this.data.share, "Share", "Shares of each side's total, for recordings of different length or load"],
    ]);
    const side = segments<"side">(app, "side", "Widths", [
      ["before", "Widths before", "Frames as wide as before: shows what is gone"],
      ["after", "after", "Frames as wide as after: shows what is new"],
    ]);
    return [compared, share, side, directionPart(app), stacksPart(app), thresholdPart(app, () => this.threshold()), narrowingPart(app), text("hint", () => this.scope()), space(), text("total", () => this.summary())];
  }

  private summary(): string {
    const [before, after] = this.whole();
    const of = this.compared();
    return `${amount(before, of, false)} → ${amount(after, of, false)} (${changeText([before, after])})`;
  }

  /** All of each side. */
  private whole(): Pair {
    return this.sides().total(this.compared(), 0);
  }

  private pair(node: number): Pair {
    const [before, after] = this.sides().pair(this.compared(), node);
    const whole = this.whole();
    return this.share() ? [before / Math.max(1, whole[0]), after / Math.max(1, whole[1])] : [before, after];
  }

  private model(): GraphModel {
    const sides = this.sides();
    const { state, colours } = this.app;
    const { tree } = sides.aligned;
    const layout = sides.layout(this.compared(), state.side);
    const name = (node: number) => (node === 0 ? this.all() : (this.data.frames[tree.site[node]]?.name ?? NO_SPAN));
    const { frames } = this.found();
    const isOther = (site: number) => (state.detail !== "" && state.detail !== String(site)) || !frames[site];
    return {
      layout,
      zoom: layout.find(state.zoom),
      upwards: !state.icicle,
      root: true,
      site: (node) => tree.site[node],
      label: (node) => (sides.standing[node] === "both" ? name(node) : `${name(node)} (${sides.standing[node]})`),
      colour: (node) => {
        const colour = changeColour(this.pair(node), this.threshold(), colours.dark);
        return isOther(tree.site[node]) ? blend(colours.ink.page, colour, OTHERS) : colour;
      },
      tip: (node) => this.tip(name(node), node),
      few: () => false,
      empty: `Nothing here: nothing of what is compared ${state.side} in what is selected.`,
    };
  }

  /** What is compared, where the names of the files say it. */
  private all(): string {
    const [before, after] = this.app.recordings.map((recording) => recording.head.title);
    return before === after ? "all" : `all: ${before} → ${after}`;
  }

  private tip(name: string, node: number): string[] {
    const sides = this.sides();
    const of = this.compared();
    const line = (label: string, pair: Pair) => `${label}: ${amount(pair[0], of, false)} → ${amount(pair[1], of, false)} (${differenceText(pair, of, false)}, ${changeText(pair)})`;
    const total = sides.total(of, node);
    const whole = sides.total(of, 0);
    const shares = SIDES.map((_, side) => percent(total[side] / whole[side]));
    return [
      name,
      line(of === "self" ? "total" : of, total),
      ...(of === "self" || of === "total" ? [line("self", sides.pair("self", node))] : []),
      `share: ${shares.join(" → ")}`,
      ...(sides.standing[node] === "both" ? [] : [sides.standing[node]]),
    ];
  }

  /** What a search finds, among frames and names. */
  private found() {
    const { search } = this.app.state;
    const of = this.compare();
    if (this.matching?.search !== search || this.matching.of !== of) {
      const pattern = search === "" ? null : patternOf(search);
      const frames = this.data.frames.map((site) => !pattern || matchesSite(pattern, site));
      this.matching = { search, of, frames, names: of.filter((name) => frames[name.frame]) };
    }
    return this.matching;
  }

  /** The names of what is selected: all of the time with what the test says, a part as it is. */
  private compare(): readonly NameDiff[] {
    const { app, data } = this;
    if (!isPart(app, data)) return data.names;
    const { range, focus, ignore, hide } = app.state;
    const key = JSON.stringify([range, focus, ignore, hide]);
    if (this.part?.key !== key) this.part = { key, names: partNames(app, data) };
    return this.part.names;
  }

  /** What of the selection is compared, where that is not all there is to know. */
  private scope(): string {
    const { app, data } = this;
    const { range } = app.state;
    if (isPart(app, data)) {
      const time = range ? "The selected time, from the start of each recording" : "What is selected";
      return `${time}; the test is for all of both recordings`;
    }
    const several = data.recordings.map((number) => count(number)).join(" and ");
    return range && !isSingle(data) ? `All of the time of ${several} recordings is compared, not what is selected` : "";
  }

  private colour(frame: number): Rgb {
    const { app } = this;
    const by = `${app.state.colour} ${app.isDark}`;
    if (this.colours?.by !== by) this.colours = { by, of: coloursOf(this.data.frames, app.state.colour, app.isDark) };
    return this.colours.of[frame];
  }

  private zoomTo(node: number): void {
    this.app.set({ zoom: this.sides().layout(this.compared(), this.app.state.side).key(node) });
  }

  /** The name in the later recording, if that has it. */
  private openSpan(frame: number): void {
    const wanted = this.data.frames[frame];
    if (!wanted) return;
    const sites = this.app.recording.head.callsites;
    const same = sites.findIndex((site) => site.name === wanted.name && site.target === wanted.target && site.line === wanted.line);
    if (same >= 0) this.app.set({ page: "span", site: same });
  }
}
