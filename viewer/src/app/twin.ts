/**
 * The table twin of what is drawn: for screen readers, for tests, and to copy from.
 *
 * It is always in the document. Until it is asked for, it is out of sight and follows the picture
 * when the picture has come to rest.
 */

import { element } from "./elements.ts";
import type { Table, TableRow } from "./page.ts";

const REST_MS = 250;

export class Twin {
  readonly element = element("section", { class: "twin unseen", attributes: { "aria-label": "Table" } });
  private timer = 0;

  toggle(): void {
    this.element.classList.toggle("unseen");
  }

  /** Shows `table()`, at once or when no other call comes for a while. */
  draw(table: () => Table | undefined): void {
    window.clearTimeout(this.timer);
    const show = () => {
      const shown = table();
      this.element.replaceChildren(...(shown ? [build(shown)] : []));
    };
    if (this.element.classList.contains("unseen")) this.timer = window.setTimeout(show, REST_MS);
    else show();
  }
}

function build(table: Table): HTMLTableElement {
  const isTree = table.rows.some((row) => row.level !== undefined);
  const left = (table.total ?? table.rows.length) - table.rows.length;
  const caption = left > 0 ? `${table.caption} (the first ${table.rows.length} of ${table.total})` : table.caption;
  return element(
    "table",
    { role: isTree ? "treegrid" : "table" },
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...table.columns.map((name) => element("th", { attributes: { scope: "col" } }, name)))),
    element("tbody", {}, ...table.rows.map(buildRow)),
  );
}

function buildRow(row: TableRow): HTMLTableRowElement {
  const cells = row.cells.map((text) => element("td", {}, text));
  const made = element("tr", {}, ...cells);
  if (row.level !== undefined) {
    made.setAttribute("aria-level", String(row.level));
    cells[0].style.paddingInlineStart = `${row.level}em`;
  }
  if (row.choose) {
    const { choose } = row;
    made.tabIndex = 0;
    made.addEventListener("click", choose);
    made.addEventListener("keydown", (event) => {
      if (event.key === "Enter") choose();
    });
  }
  return made;
}
