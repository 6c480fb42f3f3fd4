/**
 * *Top*: a row for each name.
 */

import { type SpanStatistics, quantile, statistics } from "../analysis/statistics.ts";
import type { App } from "../app/app.ts";
import { Bar, space, text } from "../app/bar.ts";
import { type Column, DataTable } from "../app/datatable.ts";
import { element } from "../app/elements.ts";
import { count, duration, exactDuration, percent } from "../app/format.ts";
import type { Key } from "../app/keys.ts";
import type { Page, PageView, Table } from "../app/page.ts";
import { narrowingKeys, narrowingPart } from "../graph/controls.ts";
import { nameOf } from "../graph/words.ts";

export const top: Page = {
  id: "top",
  title: "Top",
  mount: (host, app) => new Top(host, app),
};

type Time = readonly [key: string, title: string, note: string, ns: (row: SpanStatistics) => number];

const TIMES: readonly Time[] = [
  ["total", "Total", "Sum of all segments, with what ran inside them", (row) => row.busy],
  ["nonreentrant", "Non-reentrant", "The same, with recursion counted once", (row) => row.nonreentrant],
  ["mean", "Mean", "Mean busy time of a span", (row) => Math.floor(row.busy / row.spans)],
  ["p50", "p50", "Half of the spans were busy for no longer", (row) => quantile(row, 0.5)],
  ["p90", "p90", "Nine of ten spans were busy for no longer", (row) => quantile(row, 0.9)],
  ["p99", "p99", "99 of 100 spans were busy for no longer", (row) => quantile(row, 0.99)],
  ["max", "Max", "The longest busy time of a span", (row) => row.max],
  ["idle", "Idle", "Sum of lifetime without busy", (row) => row.idle],
];

class Top implements PageView {
  private readonly list: DataTable<SpanStatistics>;
  private readonly bar: Bar;
  private matching: { rows: readonly SpanStatistics[]; search: unknown; found: SpanStatistics[] } | null = null;
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
  ) {
    this.list = new DataTable(app, this.columns(), {
      label: "Names",
      key: (row) => String(row.site),
      chosen: () => String(app.state.site),
      choose: (row) => app.set({ site: row.site }),
      open: (row) => app.set({ page: "span", site: row.site }),
      sort: "-self",
      empty: "No spans in what is selected.",
    });
    this.bar = new Bar([
      narrowingPart(app),
      text("total", () => this.heading()),
      space(),
      text("hint", () => "Double click or Enter: the distribution of a name"),
    ]);
    host.append(element("div", { class: "filled" }, this.bar.element, this.list.element));
    this.keys = [
      ...this.list.keys(),
      { keys: ["s"], does: "Callers and callees of the chosen name", run: () => app.set({ page: "sandwich" }) },
      ...narrowingKeys(app, "the chosen name", () => app.site(app.state.site) ?? null),
    ];
  }

  draw(): void {
    this.list.draw(this.rows());
    this.bar.draw();
  }

  table(): Table {
    const { app } = this;
    this.list.draw(this.rows());
    const rows = this.list.inOrder().map((row) => ({
      cells: [
        app.site(row.site).name,
        count(row.spans),
        exactDuration(row.self),
        ...TIMES.map(([, , , ns]) => exactDuration(ns(row))),
        app.site(row.site).target,
      ],
      choose: () => app.set({ page: "span", site: row.site }),
    }));
    const columns = ["name", "spans", "self", ...TIMES.map(([key]) => key), "target"];
    return { caption: "Names", columns, rows: rows.slice(0, 1000), total: rows.length };
  }

  find(step: 1 | -1): void {
    this.list.move(step);
  }

  /** The names that a search finds. */
  private rows(): readonly SpanStatistics[] {
    const rows = statistics(this.app);
    const { search } = this.app;
    if (!search.active) return rows;
    if (this.matching?.rows !== rows || this.matching.search !== search) {
      this.matching = { rows, search, found: rows.filter((row) => search.sites[row.site] === 1) };
    }
    return this.matching.found;
  }

  private heading(): string {
    const rows = this.rows();
    const all = statistics(this.app);
    const names = rows.length === all.length ? `${count(all.length)} names` : `${count(rows.length)} of ${count(all.length)} names`;
    return `${names} · ${count(sum(rows, (row) => row.spans))} spans · ${duration(sum(rows, (row) => row.self))} busy`;
  }

  private columns(): Column<SpanStatistics>[] {
    const { app } = this;
    const time = ([key, title, note, ns]: Time): Column<SpanStatistics> => ({ key, title, note, text: (row) => duration(ns(row)), value: ns });
    const all = () => sum(statistics(app), (row) => row.self);
    return [
      {
        key: "name",
        title: "Name",
        note: "The name of the span",
        text: (row) => nameOf(app, row.site),
        value: (row) => app.site(row.site).name,
        swatch: (row) => app.colours.of(row.site),
      },
      { key: "self", title: "Self", note: "Time in which such a span was the innermost", text: (row) => duration(row.self), value: (row) => row.self },
      {
        key: "share",
        title: "Self %",
        note: "The share of all time running",
        text: (row) => percent(row.self / all()),
        value: (row) => row.self,
        share: (row) => row.self / all(),
      },
      { key: "count", title: "Spans", note: "How many spans", text: (row) => count(row.spans), value: (row) => row.spans },
      ...TIMES.map(time),
      { key: "target", title: "Target", note: "The target of the span", text: (row) => app.site(row.site).target, value: (row) => app.site(row.site).target },
    ];
  }
}

function sum<R>(rows: readonly R[], value: (row: R) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0);
}
