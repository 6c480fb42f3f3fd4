/**
 * *Span*: how long the spans of one name took, and which ones took longest.
 */

import { Instances, exactQuantile } from "../analysis/instances.ts";
import { narrowingOf } from "../analysis/narrowing.ts";
import { type SpanStatistics, quantile, statistics } from "../analysis/statistics.ts";
import type { App } from "../app/app.ts";
import { Bar, segments, space } from "../app/bar.ts";
import { type Column, DataTable } from "../app/datatable.ts";
import { button, element } from "../app/elements.ts";
import { count, duration, exactDuration } from "../app/format.ts";
import type { Key } from "../app/keys.ts";
import type { Page, PageView, Table } from "../app/page.ts";
import type { Recording, Span as SpanId } from "../data/recording.ts";
import { fieldsOf, lifetimeOf, segmentsOf, spanKey } from "../data/span.ts";
import { type Durations, durationsOf } from "../distribution/bins.ts";
import { Distribution } from "../distribution/distribution.ts";
import { narrowingKeys, narrowingPart } from "../graph/controls.ts";
import { nameOf } from "../graph/words.ts";
import { ALWAYS, type Measure } from "../state/state.ts";
import { around } from "./chart/window.ts";
import { NameList } from "./namelist.ts";

export const span: Page = {
  id: "span",
  title: "Span",
  mount: (host, app) => new Span(host, app),
};

const TABLE_ROWS = 500;
const FIELDS = 6;

/** A span in the list. */
interface Listed {
  span: SpanId;
  ns: number;
}

class Span implements PageView {
  private readonly names: NameList;
  private readonly distribution: Distribution;
  private readonly list: DataTable<Listed>;
  private readonly facts = element("dl", { class: "facts" });
  private readonly listTitle = element("h2", { class: "strip" });
  private readonly bar: Bar;
  private made: { key: string; recording: Recording; instances: Instances } | null = null;
  private counted: { row: SpanStatistics; durations: Durations } | null = null;
  private listed: { key: string; rows: Listed[] } | null = null;
  private factsShown = "";
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
  ) {
    this.names = new NameList(app);
    this.distribution = new Distribution(app);
    this.list = new DataTable(app, this.columns(), {
      label: "Spans",
      key: ({ span }) => spanKey(span),
      chosen: () => app.state.span,
      choose: ({ span }) => app.set({ span: spanKey(span) }),
      open: ({ span }) => this.openInChart(span),
      sort: "-length",
      empty: "Nothing to list.",
    });
    this.bar = new Bar([
      segments(app, "measure", "Measure", [
        ["busy", "Busy", "Time running, with what ran inside"],
        ["self", "Self", "Time running, without what ran inside"],
        ["lifetime", "Lifetime", "From its creation to its close, running or not"],
      ]),
      { element: button("Longest in the chart", "Jump to where the longest one ran (w)", () => this.openLongest()), draw() {} },
      { element: button("Callers and callees", "Open Sandwich (s)", () => this.openSandwich()), draw() {} },
      narrowingPart(app),
      space(),
      { element: element("span", { class: "hint" }, "Drag over the distribution to list those spans"), draw() {} },
    ]);
    const right = element("div", { class: "filled" }, this.facts, this.distribution.element, this.listTitle, this.list.element);
    const names = element("div", { class: "names" }, this.names.element);
    host.append(element("div", { class: "filled" }, this.bar.element, element("div", { class: "split" }, names, right)));
    this.keys = [
      ...this.names.keys(),
      ...this.distribution.keys(),
      ...this.list.keys().map((key) => ({ ...key, keys: key.keys.filter((name) => name.length > 1) })),
      { keys: ["b"], does: "Measure: busy, self, lifetime", run: () => this.nextMeasure() },
      { keys: ["w"], does: "The longest one in the chart", run: () => this.openLongest() },
      { keys: ["s"], does: "Callers and callees", run: () => this.openSandwich() },
      ...narrowingKeys(app, "this name", () => app.site(this.names.site()) ?? null),
    ];
  }

  draw(): void {
    const { app } = this;
    this.names.draw();
    this.bar.draw();
    this.drawFacts();
    const site = this.names.site();
    this.distribution.draw(this.durations(), {
      marks: this.marks(),
      colour: site >= 0 ? app.colours.of(site) : app.colours.ink.faint,
      noun: "spans",
      empty: "No spans of this name in what is selected.",
    });
    const rows = this.rows();
    const { lengths } = app.state;
    const which = lengths ? `${duration(lengths[0])} … ${duration(lengths[1])}` : "all durations";
    const isFar = this.app.recording.thinned === true;
    const listed = `${count(rows.length)} ${rows.length === 1 ? "span" : "spans"}, ${which}`;
    this.listTitle.textContent = isFar ? "The spans are on the server: select a shorter time to list those in it" : listed;
    this.list.draw(rows);
  }

  table(): Table {
    this.list.draw(this.rows());
    const rows = this.list.inOrder().slice(0, TABLE_ROWS);
    return {
      caption: `Spans called ${nameOf(this.app, this.names.site())}`,
      columns: ["measure", "start", "thread", "fields"],
      rows: rows.map(({ span, ns }) => ({
        cells: [exactDuration(ns), exactDuration(this.start(span)), this.threads(span), this.fields(span)],
        choose: () => this.app.set({ span: spanKey(span) }),
      })),
      total: this.rows().length,
    };
  }

  find(step: 1 | -1): void {
    this.names.find(step);
  }

  svg(): string {
    return this.distribution.svg();
  }

  private instances(): Instances {
    const range = this.app.state.range ?? ALWAYS;
    const site = this.names.site();
    const { recording } = this.app;
    const narrowing = narrowingOf(this.app.state);
    const key = JSON.stringify([site, range, narrowing]);
    if (this.made?.key !== key || this.made.recording !== recording) {
      this.made = { key, recording, instances: new Instances(recording, site, range, narrowing) };
      this.listed = this.counted = null;
    }
    return this.made.instances;
  }

  private values(): Float64Array {
    return this.instances().values(this.app.state.measure);
  }

  /** What the distribution is of: each span or, where they stay on a server, what it counted. */
  private durations(): Durations {
    const values = this.values();
    const row = this.statistics();
    if (!this.app.recording.thinned || !row || this.app.state.measure !== "busy") return { values };
    if (this.counted?.row !== row) {
      const durations = durationsOf(row.histogram);
      this.counted = { row, durations };
    }
    return this.counted.durations;
  }

  private statistics(): SpanStatistics | undefined {
    return statistics(this.app).find((row) => row.site === this.names.site());
  }

  private marks(): [string, number][] {
    const row = this.statistics();
    const { measure } = this.app.state;
    if (row && measure === "busy") {
      return [["p50", quantile(row, 0.5)], ["p90", quantile(row, 0.9)], ["p99", quantile(row, 0.99)], ["max", row.max]];
    }
    const sorted = this.values().slice().sort();
    const marks = ([["p50", 0.5], ["p90", 0.9], ["p99", 0.99], ["max", 1]] as const).map(([name, q]): [string, number] => [name, exactQuantile(sorted, q)]);
    return sorted.length > 0 ? marks : [];
  }

  /** The shortest and the mean of the measure. */
  private middle(row: SpanStatistics): [string, string][] {
    const values = this.values();
    const isBusy = this.app.state.measure === "busy";
    const min = isBusy ? row.min : values.reduce((least, ns) => Math.min(least, ns), Infinity);
    const mean = isBusy ? row.busy / row.spans : values.reduce((sum, ns) => sum + ns, 0) / values.length;
    return isBusy || values.length > 0 ? [["min", duration(min)], ["mean", duration(mean)]] : [];
  }

  private drawFacts(): void {
    const row = this.statistics();
    const site = this.names.site();
    const facts: [string, string][] = row
      ? [
          ["spans", count(row.spans)],
          ["total", duration(row.busy)],
          ["self", duration(row.self)],
          ["idle", duration(row.idle)],
          ...this.middle(row),
          ...this.marks().map(([name, ns]): [string, string] => [name, duration(ns)]),
        ]
      : [];
    const name = nameOf(this.app, site);
    const where = site >= 0 ? this.app.site(site) : null;
    const place = where?.file === undefined ? where?.target : `${where.target} · ${where.file}:${where.line}`;
    const shown = JSON.stringify([name, place, facts]);
    if (shown === this.factsShown) return;
    this.factsShown = shown;
    const title = element("div", { class: "named" }, element("dt", { title: place ?? "" }, place ?? ""), element("dd", { title: name }, name));
    this.facts.replaceChildren(title, ...facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  }

  /** The spans that the selected durations are of. */
  private rows(): Listed[] {
    const { lengths, measure } = this.app.state;
    const { spans } = this.instances();
    const key = `${this.made?.key} ${measure} ${lengths?.join()}`;
    if (this.listed?.key === key) return this.listed.rows;
    const rows: Listed[] = [];
    this.values().forEach((ns, index) => {
      if (!lengths || (ns >= lengths[0] && ns < lengths[1])) rows.push({ span: spans[index], ns });
    });
    this.listed = { key, rows };
    return rows;
  }

  private columns(): Column<Listed>[] {
    const { app } = this;
    const longest = () => this.values().reduce((most, ns) => Math.max(most, ns), 1);
    return [
      {
        key: "length",
        title: "Duration",
        note: "The measure that is looked at",
        text: (row) => duration(row.ns),
        value: (row) => row.ns,
        share: (row) => row.ns / longest(),
      },
      { key: "start", title: "Start", note: "From the start of the recording", text: ({ span }) => exactDuration(this.start(span)), value: ({ span }) => this.start(span) },
      { key: "thread", title: "Thread", note: "Where it ran", text: ({ span }) => this.threads(span), value: ({ span }) => this.threads(span) },
      { key: "fields", title: "Fields", note: "What was recorded with it", text: ({ span }) => this.fields(span), value: ({ span }) => this.fields(span) },
      {
        key: "lived",
        title: "Lifetime",
        note: "From its creation to its close",
        text: ({ span }) => duration(lived(app, span)),
        value: ({ span }) => lived(app, span),
      },
    ];
  }

  private start(span: SpanId): number {
    return lifetimeOf(this.app.recording, span)[0] - this.app.recording.from;
  }

  private threads(span: SpanId): string {
    const { lanes } = this.app.recording;
    return [...new Set(segmentsOf(this.app.recording, span).map((place) => lanes[place.lane].label))].join(", ");
  }

  private fields(span: SpanId): string {
    const fields = fieldsOf(this.app.recording, span).slice(0, FIELDS);
    return fields.map(({ name, value }) => `${name}=${value}`).join(" ");
  }

  private openInChart(span: SpanId): void {
    const { recording } = this.app;
    const view = around(lifetimeOf(recording, span), [recording.from, recording.to]);
    this.app.set({ page: "chart", request: 0, span: spanKey(span), view });
  }

  private openLongest(): void {
    const values = this.values();
    const longest = values.reduce((best, ns, index) => (ns > values[best] ? index : best), 0);
    const span = this.instances().spans[longest];
    if (span) this.openInChart(span);
  }

  private openSandwich(): void {
    this.app.set({ page: "sandwich", site: this.names.site() });
  }

  private nextMeasure(): void {
    const measures: readonly Measure[] = ["busy", "self", "lifetime"];
    this.app.set({ measure: measures[(measures.indexOf(this.app.state.measure) + 1) % measures.length] });
  }
}

function lived(app: App, span: SpanId): number {
  const [start, end] = lifetimeOf(app.recording, span);
  return end - start;
}
