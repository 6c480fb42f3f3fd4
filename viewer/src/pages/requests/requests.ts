/**
 * *Requests*: which ones were slow, when, and what they did that others like them did not.
 */

import { kindsOf, medianOf } from "../../analysis/kinds.ts";
import { exactQuantile } from "../../analysis/instances.ts";
import { showsOnCpu } from "../../analysis/oncpu.ts";
import { type RequestRow, allRequests, requestFields, requests as rowsOf } from "../../analysis/requests.ts";
import type { App } from "../../app/app.ts";
import { Bar, space, text } from "../../app/bar.ts";
import { DataTable } from "../../app/datatable.ts";
import { button, element } from "../../app/elements.ts";
import { count, exactDuration } from "../../app/format.ts";
import type { Key } from "../../app/keys.ts";
import type { Page, PageView, Table } from "../../app/page.ts";
import { PARENT_ROOT } from "../../data/recording.ts";
import type { Histogram } from "../../analysis/histogram.ts";
import { type Durations, durationsOf } from "../../distribution/bins.ts";
import { Distribution } from "../../distribution/distribution.ts";
import { narrowingKeys, narrowingPart } from "../../graph/controls.ts";
import { requestColumns } from "./columns.ts";
import { type ComparedFrame, compare, comparisonRows } from "./comparison.ts";
import { Heatmap } from "./heatmap.ts";
import { kindPart } from "./kind.ts";
import { Panel } from "./panel.ts";

export const requests: Page = {
  id: "requests",
  title: "Requests",
  fits: ({ recording }) => recording.served !== undefined || recording.lives.parentKind.includes(PARENT_ROOT),
  mount: (host, app) => new Requests(host, app),
};

const TABLE_ROWS = 1000;

/** What is shown: made when what it depends on changes. */
interface Shown {
  all: readonly RequestRow[];
  search: unknown;
  kind: string;
  lengths: unknown;
  /** Of the kind and found by the search; and of these the ones of the selected durations. */
  alike: RequestRow[];
  listed: RequestRow[];
  lifetimes: Float64Array;
}

class Requests implements PageView {
  private readonly list: DataTable<RequestRow>;
  private readonly heatmap: Heatmap;
  private readonly distribution: Distribution;
  private readonly panel: Panel;
  private readonly bar: Bar;
  private kinds: { rows: readonly RequestRow[]; of: string[]; place: Map<RequestRow, number> } | null = null;
  private shown: Shown | null = null;
  private ofServer: { rows: readonly RequestRow[]; durations: Durations } | null = null;
  private compared: { one: RequestRow; other: RequestRow; frames: ComparedFrame[] } | null = null;
  readonly keys: Key[];

  constructor(
    host: HTMLElement,
    private readonly app: App,
  ) {
    this.list = new DataTable(app, requestColumns(app, (row) => this.kindOf(row)), {
      label: "Requests",
      key: (row) => String(row.number),
      chosen: () => String(app.state.request),
      choose: (row) => this.choose(row),
      open: (row) => this.open(row),
      sort: "-lifetime",
      empty: "No request is like that.",
    });
    this.heatmap = new Heatmap(app, (row) => this.choose(row));
    this.distribution = new Distribution(app);
    this.panel = new Panel(app, {
      open: (row) => this.open(row),
      pin: () => this.pin(),
      unpin: () => app.set({ compare: 0 }),
    });
    this.bar = new Bar([
      kindPart(app, () => this.kindNames()),
      narrowingPart(app),
      text("total", () => this.total()),
      { element: button("Slowest", "Choose the slowest of these (w)", () => this.chooseSlowest()), draw() {} },
      space(),
      text("hint", () => "Drag over the lifetimes to list those requests, over the time to select it"),
    ]);
    const pictures = element("div", { class: "pictures" }, this.heatmap.element, this.distribution.element);
    const below = element("div", { class: "split" }, this.list.element, this.panel.element);
    host.append(element("div", { class: "filled" }, this.bar.element, pictures, below));
    this.keys = [
      ...this.list.keys(),
      ...this.distribution.keys(),
      { keys: ["w"], does: "Choose the slowest", run: () => this.chooseSlowest() },
      { keys: ["c"], does: "Compare others with the chosen one", run: () => this.pin() },
      { keys: ["m"], does: "Compare with the median of its kind", run: () => app.set({ compare: 0 }) },
      ...narrowingKeys(app, "the name of the chosen one's root", () => app.site(this.chosen()?.site ?? -1) ?? null),
    ];
  }

  draw(): void {
    const { app } = this;
    const { alike, listed, lifetimes } = this.rows();
    this.bar.draw();
    this.heatmap.draw(alike, this.chosen());
    const { durations, marks } = this.durations(alike, lifetimes);
    this.distribution.draw(durations, { marks, colour: app.colours.ink.accent, noun: "requests", empty: "No requests in what is selected." });
    this.list.draw(listed);
    const one = this.chosen();
    const other = one && this.other(one);
    this.panel.draw(one, other, one && this.kindOf(one), one && other ? this.frames(one, other) : []);
  }

  table(): Table {
    const { app } = this;
    const one = this.chosen();
    const other = one && this.other(one);
    if (one && other && one.life >= 0 && other.life >= 0) {
      const columns = ["frame", "standing", "this", "other", "difference", "share", "other share", "busy", "other busy"];
      return { caption: `Request ${one.number} compared with ${other.number}`, columns, rows: comparisonRows(app, this.frames(one, other)) };
    }
    this.list.draw(this.rows().listed);
    const rows = this.list.inOrder().slice(0, TABLE_ROWS);
    const isSplit = showsOnCpu(app);
    return {
      caption: "Requests",
      columns: ["request", "name", "start", "lifetime", "busy", "idle", "work", ...(isSplit ? ["cpu", "blocked"] : []), "spans", "threads", "fields"],
      rows: rows.map((row) => ({
        cells: [
          String(row.number),
          app.site(row.site).name,
          exactDuration(row.start),
          ...[row.lifetime, row.busy, row.idle, row.work, ...(isSplit ? [row.cpu, row.blocked] : [])].map(exactDuration),
          count(row.spans),
          count(row.threads),
          requestFields(app.recording, row).map(({ name, value }) => `${name}=${value}`).join(" "),
        ],
        choose: () => this.choose(row),
      })),
      total: this.rows().listed.length,
    };
  }

  find(step: 1 | -1): void {
    this.list.move(step);
  }

  svg(): string {
    return this.distribution.svg();
  }

  private total(): string {
    const sent = rowsOf(this.app).length;
    const all = allRequests(this.app);
    const of = all ? `the ${count(sent)} slowest of ${count(all.count)}` : count(sent);
    return `${count(this.rows().listed.length)} of ${of} requests`;
  }

  /** The lifetimes of what is listed; where all are meant but not all are here, as a server counted them. */
  private durations(alike: readonly RequestRow[], lifetimes: Float64Array): { durations: Durations; marks: [string, number][] } {
    const all = alike.length === rowsOf(this.app).length ? allRequests(this.app) : null;
    const sorted = lifetimes.slice().sort();
    const at = (q: number) => (all && q < 1 ? all.lifetimes.quantile(q) : exactQuantile(sorted, q));
    const marks = ([["p50", 0.5], ["p90", 0.9], ["p99", 0.99], ["max", 1]] as const).map(([name, q]): [string, number] => [name, at(q)]);
    return { durations: all ? this.counted(all.lifetimes) : { values: lifetimes }, marks };
  }

  private counted(lifetimes: Histogram): Durations {
    const rows = rowsOf(this.app);
    if (this.ofServer?.rows !== rows) this.ofServer = { rows, durations: durationsOf(lifetimes) };
    return this.ofServer.durations;
  }

  /** The kinds of all requests. */
  private kindsOfAll() {
    const rows = rowsOf(this.app);
    if (this.kinds?.rows !== rows) {
      this.kinds = { rows, of: kindsOf(this.app.recording, rows), place: new Map(rows.map((row, at) => [row, at])) };
    }
    return this.kinds;
  }

  private kindOf(row: RequestRow): string {
    const { of, place } = this.kindsOfAll();
    return of[place.get(row) ?? -1] ?? "";
  }

  private kindNames(): string[] {
    return [...new Set(this.kindsOfAll().of)].sort();
  }

  private rows(): Shown {
    const { search, state } = this.app;
    const { kind, lengths } = state;
    const all = rowsOf(this.app);
    const { shown } = this;
    if (shown?.all === all && shown.search === search && shown.kind === kind && shown.lengths === lengths) return shown;
    const isAlike = (row: RequestRow) =>
      (kind === "" || this.kindOf(row) === kind) && (!search.active || search.finds(row.site, row.life));
    const isSame = shown?.all === all && shown.search === search && shown.kind === kind;
    const alike = isSame ? shown.alike : all.filter(isAlike);
    const listed = lengths ? alike.filter((row) => row.lifetime >= lengths[0] && row.lifetime < lengths[1]) : alike;
    const lifetimes = isSame ? shown.lifetimes : Float64Array.from(alike, (row) => row.lifetime);
    this.shown = { all, search, kind, lengths, alike, listed, lifetimes };
    return this.shown;
  }

  private byNumber(number: number): RequestRow | undefined {
    return number > 0 ? rowsOf(this.app).find((row) => row.number === number) : undefined;
  }

  private chosen(): RequestRow | undefined {
    return this.byNumber(this.app.state.request);
  }

  /** What the chosen one is compared with: the pinned request, otherwise the median of its kind. */
  private other(one: RequestRow): RequestRow | undefined {
    const { rows, of } = this.kindsOfAll();
    return this.byNumber(this.app.state.compare) ?? medianOf(rows, of, this.kindOf(one));
  }

  /** By stack; none where the spans stay on a server. */
  private frames(one: RequestRow, other: RequestRow): ComparedFrame[] {
    if (one.life < 0 || other.life < 0) return [];
    const { compared } = this;
    if (compared?.one === one && compared.other === other) return compared.frames;
    this.compared = { one, other, frames: compare(this.app, other, one) };
    return this.compared.frames;
  }

  private choose(row: RequestRow): void {
    this.app.set({ request: row.number });
  }

  private open(row: RequestRow): void {
    this.app.set({ page: "chart", request: row.number, view: null, scroll: 0 });
  }

  private pin(): void {
    this.app.set({ compare: this.app.state.request });
  }

  private chooseSlowest(): void {
    const [first, ...rest] = this.rows().listed;
    if (first) this.choose(rest.reduce((slowest, row) => (row.lifetime > slowest.lifetime ? row : slowest), first));
  }
}
