/**
 * *Flame*: every stack once, as wide as what was spent on it.
 */

import { isFunction } from "../../analysis/functions.ts";
import { NOTHING_LEFT } from "../../analysis/segmentcosts.ts";
import type { App } from "../../app/app.ts";
import { Bar, type Part, space, text, together } from "../../app/bar.ts";
import { compensatedKey, compensatedLine, compensatedSwitch } from "../../app/compensatedpart.ts";
import { element } from "../../app/elements.ts";
import { percent } from "../../app/format.ts";
import type { Key } from "../../app/keys.ts";
import type { Page, PageView, Table } from "../../app/page.ts";
import { framesOf } from "../../data/head.ts";
import { directionPart, graphKeys, narrowingPart, nativeLine, nativePart, orientationPart, stacksPart, weightPart } from "../../graph/controls.ts";
import { Crumbs } from "../../graph/crumbs.ts";
import { folded } from "../../graph/folded.ts";
import { Graph } from "../../graph/graph.ts";
import { columnOf, merged, modelOf } from "../../graph/merged.ts";
import type { GraphModel } from "../../graph/picture.ts";
import { matchedShare, weighed } from "../../graph/words.ts";
import { graphTable } from "./table.ts";

export const flame: Page = {
  id: "flame",
  title: "Flame",
  mount: (host, app) => new Flame(host, app),
};

const ALL = "all";

class Flame implements PageView {
  private readonly graph: Graph;
  private readonly bar: Bar;
  private readonly crumbs = new Crumbs(ALL, (node) => this.zoomTo(node));
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
  ) {
    this.graph = new Graph(app, (node) => this.zoomTo(node), (node) => this.open(node));
    this.bar = new Bar(this.parts());
    host.append(element("div", { class: "filled" }, this.bar.element, this.crumbs.element, this.graph.element));
    this.keys = [
      ...this.graph.keys(),
      { keys: ["Backspace"], does: "Zoom out by a frame", run: () => this.zoomOut() },
      { keys: ["0", "Home"], does: "Zoom out to all", run: () => app.set({ zoom: "" }) },
      ...graphKeys(app, () => this.siteAtCursor()),
      compensatedKey(app),
      { keys: ["r"], does: "Forward or reversed", run: () => app.set({ reversed: !app.state.reversed, zoom: "" }) },
      { keys: ["o"], does: "Icicle or flame", run: () => app.set({ icicle: !app.state.icicle }) },
      { keys: ["Shift+Enter"], does: "Open Span of the frame at the cursor", run: () => this.open(this.graph.cursor) },
    ];
  }

  draw(): void {
    const model = this.model();
    this.bar.draw();
    this.crumbs.draw(model.layout, model.zoom, model.label);
    this.graph.draw(model);
  }

  table(): Table {
    const shown = merged(this.app);
    return graphTable(this.app, shown, shown.layout.find(this.app.state.zoom), (node) => this.zoomTo(node));
  }

  /** To the next lighter frame that a search finds, or the next heavier one, and into view. */
  find(step: 1 | -1): void {
    const { tree, layout } = merged(this.app);
    const { sites } = this.app.search;
    const found = Array.from({ length: tree.length }, (_, node) => node).filter((node) => sites[tree.site[node]] === 1 && layout.total[node] > 0);
    if (found.length === 0) return;
    found.sort((a, b) => layout.total[b] - layout.total[a] || a - b);
    const at = found.indexOf(this.graph.cursor);
    const next = found[at < 0 ? 0 : (at + step + found.length) % found.length];
    if (!this.graph.select(next)) this.zoomTo(next);
  }

  svg(): string {
    return this.graph.svg();
  }

  folded(): string {
    const { tree } = merged(this.app);
    return folded(tree, tree[columnOf(this.app)], framesOf(this.app.recording.head));
  }

  private parts(): Part[] {
    const { app } = this;
    return [
      directionPart(app),
      weightPart(app),
      stacksPart(app),
      orientationPart(app),
      nativePart(app),
      compensatedSwitch(app),
      narrowingPart(app),
      compensatedLine(app, () => merged(app).remains?.(0) ?? NOTHING_LEFT),
      nativeLine(app),
      space(),
      together("sum", [text("found", () => this.matched()), text("total", () => weighed(merged(app).layout.total[0], app.state.weight))]),
    ];
  }

  private model(): GraphModel {
    const shown = merged(this.app);
    return modelOf(this.app, shown, shown.layout.find(this.app.state.zoom), ALL);
  }

  private matched(): string {
    const { search } = this.app;
    if (!search.active) return "";
    const { tree, layout } = merged(this.app);
    return `${percent(matchedShare(tree, layout.total, search.sites))} matched`;
  }

  private zoomTo(node: number): void {
    this.app.set({ zoom: merged(this.app).layout.key(node) });
  }

  private zoomOut(): void {
    const { layout } = merged(this.app);
    this.zoomTo(layout.frames.parent[layout.find(this.app.state.zoom)]);
  }

  private open(node: number): void {
    const site = merged(this.app).tree.site[node] ?? -1;
    if (site >= 0 && !isFunction(this.app, site)) this.app.set({ page: "span", site });
  }

  private siteAtCursor() {
    const { tree, layout } = merged(this.app);
    const node = this.graph.cursor >= 0 ? this.graph.cursor : layout.find(this.app.state.zoom);
    return tree.site[node] >= 0 ? this.app.site(tree.site[node]) : null;
  }
}
