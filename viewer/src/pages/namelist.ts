/**
 * The names of a recording beside a page that is about one of them.
 */

import { isCompensated, nameAccounts } from "../analysis/compensation.ts";
import { isNative } from "../analysis/functions.ts";
import { type SpanStatistics, statistics } from "../analysis/statistics.ts";
import type { App } from "../app/app.ts";
import { DataTable } from "../app/datatable.ts";
import { duration } from "../app/format.ts";
import type { Key } from "../app/keys.ts";
import { nameOf } from "../graph/words.ts";

export class NameList {
  private readonly table: DataTable<SpanStatistics>;
  private found: { rows: readonly SpanStatistics[]; search: unknown; matching: readonly SpanStatistics[] } | null = null;

  constructor(private readonly app: App) {
    const self = (row: SpanStatistics) => (isCompensated(app) ? nameAccounts(app)[row.site].own.ns : row.self);
    const most = () => statistics(app)[0]?.self ?? 1;
    this.table = new DataTable(
      app,
      [
        {
          key: "name",
          title: "Name",
          note: "The name of the span",
          text: (row) => nameOf(app, row.site),
          value: (row) => app.site(row.site).name,
          swatch: (row) => app.colours.of(row.site),
        },
        {
          key: "self",
          title: "Self",
          note: "Time in which such a span was the innermost",
          text: (row) => duration(self(row)),
          value: self,
          share: (row) => self(row) / most(),
        },
      ],
      {
        label: "Names",
        key: (row) => String(row.site),
        chosen: () => String(this.site()),
        choose: (row) => app.set({ site: row.site, zoom: "", lengths: null }),
        sort: "-self",
        fixed: true,
        empty: "No name matches.",
      },
    );
  }

  get element(): HTMLElement {
    return this.table.element;
  }

  draw(): void {
    this.table.draw(this.rows(), String(isCompensated(this.app)));
  }

  /** To the next name that a search finds, or the one before. */
  find(step: 1 | -1): void {
    this.table.move(step);
  }

  keys(): Key[] {
    return this.table.keys().filter((key) => key.keys.includes("j") || key.keys.includes("k"))
      .map((key) => ({ ...key, keys: key.keys.filter((name) => name.length === 1), does: key.does.replace("row", "name") }));
  }

  /** The chosen callsite; the one with the most self time where none is chosen; -1 if there are none. */
  site(): number {
    const { site } = this.app.state;
    const rows = statistics(this.app);
    const { callsites } = this.app.recording.head;
    const isThere = site >= 0 && (site in callsites || (isNative(this.app) && this.app.site(site) !== undefined));
    return isThere ? site : (rows[0]?.site ?? -1);
  }

  /** The names that a search finds; all if it finds none. */
  private rows(): readonly SpanStatistics[] {
    const rows = statistics(this.app);
    const { search } = this.app;
    if (!search.active) return rows;
    if (this.found?.rows !== rows || this.found.search !== search) {
      this.found = { rows, search, matching: rows.filter((row) => search.sites[row.site] === 1) };
    }
    return this.found.matching;
  }
}
