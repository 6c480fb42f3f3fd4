/**
 * *Sandwich*: who asked for one name above it, what it asked for below.
 */

import { type MergedTree, mergedTree } from "../analysis/mergedtree.ts";
import { type Sandwich as Sides, sandwich as sidesOf } from "../analysis/sandwich.ts";
import { isFunction } from "../analysis/functions.ts";
import { NOTHING_LEFT } from "../analysis/segmentcosts.ts";
import type { App } from "../app/app.ts";
import { Bar, space, text } from "../app/bar.ts";
import { compensatedKey, compensatedLine, compensatedSwitch } from "../app/compensatedpart.ts";
import { element } from "../app/elements.ts";
import { count, exactDuration, percent } from "../app/format.ts";
import type { Key } from "../app/keys.ts";
import type { Page, PageView, Table, TableRow } from "../app/page.ts";
import { framesOf } from "../data/head.ts";
import { graphKeys, narrowingPart, nativeLine, nativePart, stacksPart, weightPart } from "../graph/controls.ts";
import { folded } from "../graph/folded.ts";
import { Graph } from "../graph/graph.ts";
import { type Merged, columnOf, modelOf, shown } from "../graph/merged.ts";
import { FRAME, type GraphModel, heightOf } from "../graph/picture.ts";
import { REMAINS_COLUMNS, nameOf, remainsCells, weighed } from "../graph/words.ts";
import { NameList } from "./namelist.ts";

export const sandwich: Page = {
  id: "sandwich",
  title: "Sandwich",
  mount: (host, app) => new Sandwich(host, app),
};

const ROWS = 200;
const MARGIN = 12;

class Sandwich implements PageView {
  private readonly names: NameList;
  private readonly callers: Graph;
  private readonly callees: Graph;
  private readonly bar: Bar;
  private made: { tree: MergedTree; site: number; sides: Sides } | null = null;
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
  ) {
    this.names = new NameList(app);
    this.callers = new Graph(app, (node) => this.choose(this.sides().callers, node));
    this.callees = new Graph(app, (node) => this.choose(this.sides().callees, node));
    this.bar = new Bar([
      weightPart(app),
      stacksPart(app),
      nativePart(app),
      compensatedSwitch(app),
      narrowingPart(app),
      compensatedLine(app, () => this.merged(this.sides().callees).remains?.(0) ?? NOTHING_LEFT),
      nativeLine(app),
      space(),
      text("total", () => `${nameOf(app, this.names.site())}  ${this.weight()}`),
    ]);
    this.callers.element.classList.add("callers");
    const graphs = element(
      "div",
      { class: "filled" },
      element("h2", { class: "strip" }, "Callers"),
      this.callers.element,
      element("h2", { class: "strip" }, "Callees"),
      this.callees.element,
    );
    const list = element("div", { class: "names" }, this.names.element);
    host.append(element("div", { class: "filled" }, this.bar.element, element("div", { class: "split" }, list, graphs)));
    const open = () => {
      const site = this.names.site();
      if (!isFunction(app, site)) app.set({ page: "span", site });
    };
    this.keys = [
      ...this.names.keys(),
      ...this.callees.keys().map((key) => ({ ...key, does: `Callees: ${key.does.toLowerCase()}` })),
      ...graphKeys(app, () => this.siteAtCursor()),
      compensatedKey(app),
      { keys: ["Shift+Enter"], does: "Open Span of this name", run: open },
    ];
  }

  draw(): void {
    this.names.draw();
    this.bar.draw();
    const callers = this.model(this.sides().callers, true);
    // As high as it needs, and no more than half.
    this.callers.element.style.flexBasis = `${heightOf(callers) + (callers.layout.height[0] === 0 ? 2 * FRAME : MARGIN)}px`;
    this.callers.draw(callers);
    this.callees.draw(this.model(this.sides().callees, false));
  }

  table(): Table {
    const { callers, callees } = this.sides();
    const remains = this.merged(callees).remains ? REMAINS_COLUMNS : [];
    const rows = [...this.rows("caller", callers), ...this.rows("callee", callees)];
    return { caption: `Callers and callees of ${nameOf(this.app, this.names.site())}`, columns: ["frame", "side", "total", "share", "self", ...remains], rows };
  }

  find(step: 1 | -1): void {
    this.names.find(step);
  }

  svg(): string {
    return this.callees.svg();
  }

  folded(): string {
    const { callees } = this.sides();
    const name = framesOf(this.app.recording.head);
    return folded(callees, callees[columnOf(this.app)], name);
  }

  private sides(): Sides {
    const tree = mergedTree(this.app, this.app.state.stacks);
    const site = this.names.site();
    if (this.made?.tree !== tree || this.made.site !== site) this.made = { tree, site, sides: sidesOf(tree, site) };
    return this.made.sides;
  }

  private merged(tree: MergedTree): Merged {
    return shown(tree, columnOf(this.app));
  }

  private weight(): string {
    const { weight } = this.app.state;
    return weighed(this.merged(this.sides().callees).layout.total[0], weight);
  }

  private model(tree: MergedTree, upwards: boolean): GraphModel {
    const merged = this.merged(tree);
    const none = upwards ? "Nothing called it: it is outermost." : "It has nothing in what is selected.";
    const name = nameOf(this.app, this.names.site());
    return { ...modelOf(this.app, merged, 0, name, upwards), upwards, root: !upwards, empty: none };
  }

  private choose(tree: MergedTree, node: number): void {
    const site = tree.site[node];
    if (site >= 0) this.app.set({ site });
  }

  private siteAtCursor() {
    const site = this.callees.cursor >= 0 ? this.sides().callees.site[this.callees.cursor] : this.names.site();
    return site >= 0 ? this.app.site(site) : null;
  }

  /** The heaviest nodes of a side, as a tree. */
  private rows(side: string, tree: MergedTree): TableRow[] {
    const { weight } = this.app.state;
    const { layout, remains } = this.merged(tree);
    const own = tree[columnOf(this.app)];
    const exact = (value: number) => (weight === "count" ? count(value) : exactDuration(value));
    const rows: TableRow[] = [];
    const open = [0];
    for (let node = open.pop(); node !== undefined && rows.length < ROWS; node = open.pop()) {
      const cells = [nameOf(this.app, tree.site[node]), side, exact(layout.total[node]), percent(layout.total[node] / layout.total[0]), exact(own[node]), ...remainsCells(remains?.(node))];
      const chosen = node;
      rows.push({ cells, level: layout.depth[node] + 1, choose: () => this.choose(tree, chosen) });
      for (const child of [...layout.children(node)].reverse()) if (layout.total[child] > 0) open.push(child);
    }
    return rows;
  }
}
