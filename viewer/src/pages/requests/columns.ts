/**
 * The columns of the table of requests: those of `spanfire requests`.
 */

import { showsOnCpu } from "../../analysis/oncpu.ts";
import { type RequestRow, requestFields, requests } from "../../analysis/requests.ts";
import type { App } from "../../app/app.ts";
import type { Column } from "../../app/datatable.ts";
import { count, duration } from "../../app/format.ts";

type Time = readonly [key: string, title: string, note: string, ns: (row: RequestRow) => number];

const TIMES: readonly Time[] = [
  ["busy", "Busy", "Time of its lifetime in which one of its spans ran", (row) => row.busy],
  ["idle", "Idle", "Time of its lifetime in which none ran", (row) => row.idle],
  ["work", "Work", "Self time of all its spans, over all threads", (row) => row.work],
];

const ON_CPU: readonly Time[] = [
  ["cpu", "CPU", "The part of work in which threads were on processors", (row) => row.cpu],
  ["blocked", "Blocked", "The part of work in which threads were not: they waited or were preempted", (row) => row.blocked],
];

export function requestColumns(app: App, kind: (row: RequestRow) => string): Column<RequestRow>[] {
  let longest = { rows: [] as readonly RequestRow[], ns: 1 };
  const most = () => {
    const rows = requests(app);
    if (longest.rows !== rows) longest = { rows, ns: rows.reduce((most, row) => Math.max(most, row.lifetime), 1) };
    return longest.ns;
  };
  const fields = (row: RequestRow) =>
    requestFields(app.recording, row)
      .map(({ name, value }) => `${name}=${value}`)
      .join(" ");
  const time = ([key, title, note, ns]: Time): Column<RequestRow> => ({ key, title, note, text: (row) => duration(ns(row)), value: ns });
  return [
    { key: "number", title: "#", note: "Its number, as in `spanfire requests`", text: (row) => String(row.number), value: (row) => row.number },
    { key: "kind", title: "Kind", note: "Its root, and what tells routes apart", text: kind, value: kind, swatch: (row) => app.colours.of(row.site) },
    {
      key: "lifetime",
      title: "Lifetime",
      note: "From the creation to the close of its root",
      text: (row) => `${row.open ? "≥ " : ""}${duration(row.lifetime)}`,
      value: (row) => row.lifetime,
      share: (row) => row.lifetime / most(),
    },
    ...TIMES.map(time),
    ...ON_CPU.map((of) => ({ ...time(of), isShown: () => showsOnCpu(app) })),
    {
      key: "start",
      title: "Start",
      note: "From the start of the recording",
      text: (row) => duration(row.start - app.recording.from),
      value: (row) => row.start,
    },
    { key: "spans", title: "Spans", note: "How many spans", text: (row) => count(row.spans), value: (row) => row.spans },
    { key: "threads", title: "Threads", note: "On how many threads it ran", text: (row) => count(row.threads), value: (row) => row.threads },
    { key: "fields", title: "Fields", note: "What was recorded with its root", text: fields, value: fields },
  ];
}
