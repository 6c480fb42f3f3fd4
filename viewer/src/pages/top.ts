/**
 * *Top*: a row for each name.
 */

import { isCompensated, nameAccounts } from "../analysis/compensation.ts";
import { mergedTree } from "../analysis/mergedtree.ts";
import { showsOnCpu } from "../analysis/oncpu.ts";
import type { Compensated } from "../analysis/rates.ts";
import type { Remains } from "../analysis/segmentcosts.ts";
import { type SpanStatistics, quantile, statistics } from "../analysis/statistics.ts";
import type { App } from "../app/app.ts";
import { Bar, space, text } from "../app/bar.ts";
import { compensatedKey, compensatedPart } from "../app/compensatedpart.ts";
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

const ON_CPU: readonly Time[] = [
  ["cpu", "CPU", "The part of the total in which the thread was on a processor", (row) => row.cpu],
  ["blocked", "Blocked", "The part of the total in which the thread was not: it waited or was preempted", (row) => row.blocked],
];

interface CompensatedTime {
  key: string;
  title: string;
  note: string;
  of(app: App, row: SpanStatistics): Compensated;
}

const COMPENSATED: readonly CompensatedTime[] = [
  {
    key: "compensated-self",
    title: "Compensated self",
    note: "Self time without what recording took of it, and from where to where that may be",
    of: (app, row) => nameAccounts(app)[row.site].own,
  },
  {
    key: "compensated-total",
    title: "Compensated total",
    note: "The sum of all segments without what recording took of them",
    of: (app, row) => nameAccounts(app)[row.site].busy,
  },
];

function withInterval({ ns, low, high }: Compensated): string {
  return `${duration(ns)} (${duration(low)} to ${duration(high)})`;
}

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
      compensatedPart(app, () => this.remains()),
      text("total", () => this.heading()),
      space(),
      text("hint", () => "Double click or Enter: the distribution of a name"),
    ]);
    host.append(element("div", { class: "filled" }, this.bar.element, this.list.element));
    this.keys = [
      ...this.list.keys(),
      { keys: ["s"], does: "Callers and callees of the chosen name", run: () => app.set({ page: "sandwich" }) },
      compensatedKey(app),
      ...narrowingKeys(app, "the chosen name", () => app.site(app.state.site) ?? null),
    ];
  }

  draw(): void {
    this.list.draw(this.rows(), this.look());
    this.bar.draw();
  }

  table(): Table {
    const { app } = this;
    this.list.draw(this.rows(), this.look());
    const isTakenOut = isCompensated(app);
    const rows = this.list.inOrder().map((row) => ({
      cells: [
        app.site(row.site).name,
        count(row.spans),
        exactDuration(row.self),
        ...TIMES.map(([, , , ns]) => exactDuration(ns(row))),
        app.site(row.site).target,
        ...(showsOnCpu(app) ? ON_CPU.map(([, , , ns]) => exactDuration(ns(row))) : []),
        ...(isTakenOut ? COMPENSATED.map(({ of }) => of(app, row)).flatMap(({ ns, low, high }) => [ns, low, high].map(exactDuration)) : []),
      ],
      choose: () => app.set({ page: "span", site: row.site }),
    }));
    const columns = ["name", "spans", "self", ...TIMES.map(([key]) => key), "target", ...(showsOnCpu(app) ? ON_CPU.map(([key]) => key) : []), ...(isTakenOut ? COMPENSATED.flatMap(({ key }) => [key, `${key} low`, `${key} high`]) : [])];
    return { caption: "Names", columns, rows: rows.slice(0, 1000), total: rows.length };
  }

  find(step: 1 | -1): void {
    this.list.move(step);
  }

  /** What cells depend on besides their rows. */
  private look(): string {
    return `${isCompensated(this.app)} ${showsOnCpu(this.app)}`;
  }

  /** Of all names. */
  private remains(): Remains {
    const tree = mergedTree(this.app, "thread");
    const sum = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
    return { raw: sum(tree.busy), ns: sum(tree.compensated), low: sum(tree.low), high: sum(tree.high) };
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
    const taken = ({ key, title, note, of }: CompensatedTime): Column<SpanStatistics> => ({
      key,
      title,
      note,
      isShown: () => isCompensated(app),
      text: (row) => withInterval(of(app, row)),
      value: (row) => (isCompensated(app) ? of(app, row).ns : row.self),
    });
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
      ...COMPENSATED.slice(0, 1).map(taken),
      { key: "count", title: "Spans", note: "How many spans", text: (row) => count(row.spans), value: (row) => row.spans },
      ...TIMES.slice(0, 1).map(time),
      ...COMPENSATED.slice(1).map(taken),
      ...TIMES.slice(1).map(time),
      ...ON_CPU.map((of) => ({ ...time(of), isShown: () => showsOnCpu(app) })),
      { key: "target", title: "Target", note: "The target of the span", text: (row) => app.site(row.site).target, value: (row) => app.site(row.site).target },
    ];
  }
}

function sum<R>(rows: readonly R[], value: (row: R) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0);
}
