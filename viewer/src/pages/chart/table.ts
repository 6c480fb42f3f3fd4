/**
 * The table twin of the chart: the spans in view, outermost first.
 */

import type { SegmentCosts } from "../../analysis/segmentcosts.ts";
import type { App } from "../../app/app.ts";
import { exactDuration } from "../../app/format.ts";
import type { Table, TableRow } from "../../app/page.ts";
import { type Recording, firstAbove, inside, spanAt } from "../../data/recording.ts";
import { spanKey } from "../../data/span.ts";
import { REMAINS_COLUMNS, remainsCells } from "../../graph/words.ts";
import type { Range } from "../../state/state.ts";

const ROWS = 200;

/** At most so many rows: the longest spans in view of each lane and depth come first. */
export function threadsTable(app: App, view: Range, costs: SegmentCosts | null): Table {
  const { recording } = app;
  const rows: TableRow[] = [];
  let total = 0;
  for (const lane of recording.lanes) {
    total += lane.rows.reduce((sum, row) => sum + inView(row, view)[1] - inView(row, view)[0], 0);
    addInside(app, recording, lane.index, 0, lane.rows[0] ? inView(lane.rows[0], view) : [0, 0], view, rows, costs);
  }
  const columns = ["span", "thread", "start", "busy", ...(costs ? ["compensated", ...REMAINS_COLUMNS] : [])];
  return { caption: "Spans in view", columns, rows, total };
}

function inView(row: { start: Float64Array; end: Float64Array }, view: Range): [number, number] {
  return [firstAbove(row.end, view[0]), firstAbove(row.start, view[1])];
}

function addInside(app: App, recording: Recording, lane: number, depth: number, [from, to]: [number, number], view: Range, rows: TableRow[], costs: SegmentCosts | null): void {
  const row = recording.lanes[lane].rows[depth];
  for (let index = from; index < to && rows.length < ROWS; index++) {
    if (row.end[index] < view[0] || row.start[index] > view[1]) continue;
    const span = spanAt(recording, { lane, depth, index });
    const remains = costs?.of({ lane, depth, index });
    const cells = [
      app.site(row.site[index]).name,
      recording.lanes[lane].label,
      exactDuration(row.start[index] - recording.from),
      exactDuration(row.end[index] - row.start[index]),
      ...(remains ? [exactDuration(remains.ns), ...remainsCells(remains)] : []),
    ];
    rows.push({ cells, level: depth + 1, choose: () => app.set({ span: spanKey(span) }) });
    addInside(app, recording, lane, depth + 1, inside(recording.lanes[lane], depth, index), view, rows, costs);
  }
}
