/**
 * A table that is sorted by a click on a column, with one row chosen.
 *
 * Rows are made for what is likely to be seen: the first some hundred, more when asked for. The
 * column it is sorted by is in the state; a column that another page sorts by changes nothing here.
 */

import type { Rgb } from "../draw/palette.ts";
import { css } from "../draw/palette.ts";
import type { App } from "./app.ts";
import { button, element } from "./elements.ts";
import { count } from "./format.ts";
import type { Key } from "./keys.ts";

export interface Column<R> {
  /** Its word in the state. */
  key: string;
  title: string;
  /** What it means. */
  note: string;
  text(row: R): string;
  /** What it is sorted by. */
  value(row: R): number | string;
  /** Whether it is there now; always, where nothing says. */
  isShown?(): boolean;
  /** From 0 to 1: a bar behind the text. */
  share?(row: R): number;
  /** A square before the text. */
  swatch?(row: R): Rgb;
  /** A change: from -1 to 1, a bar to the left or to the right of the middle. */
  change?(row: R): number;
  /** A class that says how the text is meant. */
  tone?(row: R): string;
  /** What the pointer is told. */
  hint?(row: R): string;
}

export interface DataTableOptions<R> {
  label: string;
  /** A row's word, by which it is known as the chosen one. */
  key(row: R): string;
  /** The word of the chosen row. */
  chosen(): string;
  choose(row: R): void;
  /** A double click, or Enter on the chosen row. */
  open?(row: R): void;
  /** What it is sorted by at first: a column's key, with `-` before it for falling. */
  sort: string;
  /** Whether it shall be sorted by that alone, whatever the state says. */
  fixed?: boolean;
  empty: string;
}

const ROWS = 200;

export class DataTable<R> {
  readonly element: HTMLElement;
  private readonly head = element("tr");
  private readonly body = element("tbody");
  private readonly more = element("p", { class: "more" });
  private rows: readonly R[] = [];
  private sorted: R[] = [];
  private shown = ROWS;
  private visible: readonly Column<R>[] = [];
  private drawn = "";
  private drawnRows: readonly R[] | null = null;
  private revealed = "";

  constructor(
    private readonly app: App,
    private readonly columns: readonly Column<R>[],
    private readonly options: DataTableOptions<R>,
  ) {
    const table = element("table", { attributes: { "aria-label": options.label } }, element("thead", {}, this.head), this.body);
    this.element = element("div", { class: "datatable" }, table, this.more);
  }

  /** Shows rows; `look` is what else their cells depend on. */
  draw(rows: readonly R[], look = ""): void {
    const { app } = this;
    if (this.drawnRows !== rows) this.shown = ROWS;
    const looks = [this.sort(), this.shown, app.isDark, app.state.colour, look].join(" ");
    if (this.drawnRows !== rows || this.drawn !== looks) {
      this.rows = rows;
      this.drawnRows = rows;
      this.drawn = looks;
      this.build();
    }
    this.mark();
  }

  /** Keys that choose and open rows. */
  keys(): Key[] {
    const { options } = this;
    return [
      { keys: ["ArrowUp", "k"], does: "The row above", run: () => this.move(-1) },
      { keys: ["ArrowDown", "j"], does: "The row below", run: () => this.move(1) },
      ...(options.open ? [{ keys: ["Enter"], does: "Open the chosen row", run: () => this.openChosen() }] : []),
    ];
  }

  /** The rows in their order. */
  inOrder(): readonly R[] {
    return this.sorted;
  }

  /** The column and direction it is sorted by. */
  private sort(): string {
    const { sort } = this.app.state;
    const isHere = this.columns.some((column) => column.key === sort.replace(/^-/, ""));
    return isHere && !this.options.fixed ? sort : this.options.sort;
  }

  private build(): void {
    const sort = this.sort();
    const by = this.columns.find((column) => column.key === sort.replace(/^-/, "")) ?? this.columns[0];
    const way = sort.startsWith("-") ? -1 : 1;
    this.sorted = [...this.rows].sort((a, b) => way * compare(by.value(a), by.value(b)));
    this.visible = this.columns.filter((column) => column.isShown?.() ?? true);
    this.head.replaceChildren(...this.visible.map((column) => this.heading(column, sort)));
    this.body.replaceChildren(...this.sorted.slice(0, this.shown).map((row) => this.row(row)));
    const left = this.sorted.length - this.shown;
    const more = button(`Show ${count(Math.min(left, 10 * ROWS))} more of ${count(left)}`, "Longer table", () => this.showMore());
    this.more.replaceChildren(...(left > 0 ? [more] : this.sorted.length === 0 ? [this.options.empty] : []));
  }

  private heading(column: Column<R>, sort: string): HTMLElement {
    const isSorted = sort.replace(/^-/, "") === column.key;
    const falls = sort.startsWith("-");
    const label = element("span", {}, column.title, isSorted ? (falls ? " ▾" : " ▴") : "");
    const isNumber = this.rows.length > 0 && !this.isText(column);
    const cell = element("th", { title: column.note, class: isNumber ? "number" : "", attributes: { scope: "col" } }, label);
    if (isSorted) cell.setAttribute("aria-sort", falls ? "descending" : "ascending");
    if (this.options.fixed) return cell;
    const first = this.isText(column) ? column.key : `-${column.key}`;
    const other = first.startsWith("-") ? column.key : `-${column.key}`;
    cell.tabIndex = 0;
    const choose = () => this.app.set({ sort: sort === first ? other : first });
    cell.addEventListener("click", choose);
    cell.addEventListener("keydown", (event) => {
      if (event.key === "Enter") choose();
      if (event.key === "Enter") event.stopPropagation();
    });
    return cell;
  }

  private row(row: R): HTMLTableRowElement {
    const { options } = this;
    const made = element("tr", {}, ...this.visible.map((column) => this.cell(column, row)));
    made.dataset["key"] = options.key(row);
    made.addEventListener("click", () => options.choose(row));
    if (options.open) made.addEventListener("dblclick", () => options.open?.(row));
    return made;
  }

  private cell(column: Column<R>, row: R): HTMLElement {
    const text = column.text(row);
    const cell = element("td", { class: this.isText(column) ? "text" : "number" });
    if (column.swatch) {
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = css(column.swatch(row));
      cell.append(swatch);
    }
    if (column.share) {
      const bar = element("span", { class: "share" });
      bar.style.width = `${Math.max(0, Math.min(100, 100 * column.share(row))).toFixed(1)}%`;
      cell.append(bar);
    }
    if (column.change) cell.append(changeBar(column.change(row)));
    cell.append(element("span", { class: column.tone?.(row) ?? "" }, text));
    if (column.hint || this.isText(column)) cell.title = column.hint?.(row) ?? text;
    return cell;
  }

  private isText(column: Column<R>): boolean {
    return this.rows.length > 0 && typeof column.value(this.rows[0]) === "string";
  }

  private mark(): void {
    const chosen = this.options.chosen();
    for (const row of this.body.rows) {
      const isChosen = row.dataset["key"] === chosen;
      if (isChosen && this.revealed !== chosen) row.scrollIntoView({ block: "nearest" });
      row.classList.toggle("chosen", isChosen);
      row.setAttribute("aria-selected", String(isChosen));
    }
    this.revealed = chosen;
  }

  /** Chooses the row so many further down. */
  move(by: number): void {
    const at = this.sorted.findIndex((row) => this.options.key(row) === this.options.chosen());
    const next = this.sorted[Math.max(0, Math.min(this.sorted.length - 1, at + by))];
    if (next !== undefined) this.options.choose(next);
  }

  private openChosen(): void {
    const row = this.sorted.find((row) => this.options.key(row) === this.options.chosen());
    if (row !== undefined) this.options.open?.(row);
  }

  private showMore(): void {
    this.shown += 10 * ROWS;
    this.app.redraw();
  }
}

/** A bar from the middle of a cell. */
export function changeBar(change: number): HTMLElement {
  const bar = element("span", { class: `delta ${change >= 0 ? "rise" : "fall"}` });
  bar.style.width = `${Math.min(50, 50 * Math.abs(change)).toFixed(1)}%`;
  return bar;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "string" || typeof b === "string") return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  return a - b;
}
