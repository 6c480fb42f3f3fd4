/**
 * The table twin of a merged graph: a tree of its heaviest frames.
 */

import type { App } from "../../app/app.ts";
import { count, exactDuration, percent } from "../../app/format.ts";
import type { Table, TableRow } from "../../app/page.ts";
import { type Merged, columnOf } from "../../graph/merged.ts";
import { REMAINS_COLUMNS, nameOf, remainsCells } from "../../graph/words.ts";

const ROWS = 400;

/** The zoomed frame and what is under it: heavy before light, outer before inner. */
export function graphTable(app: App, { tree, layout, remains }: Merged, zoom: number, choose: (node: number) => void): Table {
  const { weight } = app.state;
  const own = tree[columnOf(app)];
  const exact = (value: number) => (weight === "count" ? count(value) : exactDuration(value));
  const rows: TableRow[] = [];
  let total = 0;
  const open = [zoom];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node > 0) total++;
    if (node > 0 && rows.length < ROWS) {
      const cells = [
        nameOf(app, tree.site[node]),
        exact(layout.total[node]),
        percent(layout.total[node] / layout.total[0]),
        exact(own[node]),
        count(tree.count[node]),
        ...remainsCells(remains?.(node)),
      ];
      rows.push({ cells, level: layout.depth[node] - layout.depth[zoom] + (zoom > 0 ? 1 : 0), choose: () => choose(node) });
    }
    for (const child of [...layout.children(node)].reverse()) if (layout.total[child] > 0) open.push(child);
  }
  const direction = app.state.reversed ? "Reversed merged graph" : "Merged graph";
  return { caption: `${direction} by ${weight}`, columns: ["frame", "total", "share", "self", "spans", ...(remains ? REMAINS_COLUMNS : [])], rows, total };
}
