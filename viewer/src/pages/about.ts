/**
 * *About*: what was recorded, how, what is missing, and what the measuring cost.
 */

import { warningsOf } from "../app/banner.ts";
import { element } from "../app/elements.ts";
import { count, duration } from "../app/format.ts";
import type { Page, Table } from "../app/page.ts";
import type { Info } from "../data/head.ts";
import type { Recording } from "../data/recording.ts";
import { costOf, samplesOf, takenOf } from "./measuring.ts";

export const about: Page = {
  id: "about",
  title: "About",
  mount(host, app) {
    const sections = app.recordings.flatMap((recording) => sectionsOf(recording));
    host.append(element("div", { class: "about" }, ...sections.map(sectionElement)));
    const rows = sections.flatMap((section) => section.rows.map(([name, ...values]) => ({ cells: [section.title, name, values.join("  ")] })));
    return {
      draw() {},
      table: (): Table => ({ caption: "About the recording", columns: ["section", "what", "value"], rows }),
    };
  },
};

interface Section {
  title: string;
  /** The titles of columns, where there are more than two. */
  columns?: string[];
  rows: string[][];
  /** Said where there are no rows. */
  empty?: string;
}

function sectionElement({ title, columns, rows, empty }: Section): HTMLElement {
  const head = columns && element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { attributes: { scope: "col" } }, name))));
  const body = rows.map(([name, ...values]) =>
    element("tr", {}, element("th", { attributes: { scope: "row" } }, name), ...values.map((value) => element("td", {}, value))),
  );
  const table = rows.length > 0 ? element("table", { class: columns ? "wide" : "" }, head, element("tbody", {}, ...body)) : element("p", { class: "hint" }, empty);
  return element("section", {}, element("h2", {}, title), table);
}

function sectionsOf(recording: Recording): Section[] {
  const { head } = recording;
  const { info } = head;
  return [
    { title: "Recording", rows: factsOf(recording) },
    { title: "Missing", rows: warningsOf(recording).map((text, at) => [String(at + 1), text]), empty: "Nothing was lost, cut or left out." },
    { title: "Clock", rows: clockOf(info) },
    { title: "Probe cost", rows: costOf(info), empty: "The recording does not say what its probes cost." },
    ...(takenOf(head).length > 0 ? [{ title: "What recording took", rows: takenOf(head) }] : []),
    ...(info.sampling ? [{ title: "Native samples", rows: samplesOf(head) }] : []),
    { title: "Threads", columns: ["thread", "label", "events", "from", "to"], rows: lanesOf(info) },
    ...(info.losses.length > 0 ? [{ title: "Losses", columns: ["thread", "label", "cause", "events", "from", "to"], rows: lossesOf(info) }] : []),
  ];
}

function factsOf({ head }: Recording): string[][] {
  const { info } = head;
  const { process } = info;
  return [
    ["File", head.title],
    ...(head.selection === "" ? [] : [["Selection", head.selection]]),
    ["Program", [process.executable, ...process.arguments.slice(1)].join(" ")],
    ["Process", `${process.id} on ${process.os} ${process.arch}${process.parallelism === null ? "" : `, ${process.parallelism} processors`}`],
    ["Recorder", `spanfire ${info.recorder.version}, ${info.recorder.form}`],
    ["Duration", duration(info.duration_ns)],
    ["Spans", `${count(info.spans)} in ${count(info.segments)} segments`],
    ["Instants", count(info.instants)],
    ["Open at the end", count(info.open_spans)],
    ...(info.unmatched_exits > 0 ? [["Exits without an entry", count(info.unmatched_exits)]] : []),
    ...(info.unknown_spans > 0 ? [["Spans without a beginning", count(info.unknown_spans)]] : []),
    ...(info.inexact_starts > 0 ? [["Spans whose beginning is not exact", count(info.inexact_starts)]] : []),
    ["Resolution here", duration(head.resolution_ns)],
  ];
}

function clockOf({ clock }: Info): string[][] {
  return [
    ["Source", `${clock.source}${clock.kernel_source === null ? "" : ` (the kernel's: ${clock.kernel_source})`}`],
    ["Tick", `${clock.nanos_per_tick.toPrecision(6)} ns`],
    ...(clock.start_unix_ns === null ? [] : [["Start", new Date(clock.start_unix_ns / 1e6).toISOString()]]),
    ["Compared with the system's", `${count(clock.anchors)} times`],
    ...(clock.uncertainty_ns === null ? [] : [["Uncertainty", duration(clock.uncertainty_ns)]]),
    ["Ticks set right", count(clock.clamped_ticks)],
    ...(clock.warning === null ? [] : [["Warning", clock.warning]]),
  ];
}

function lanesOf({ lanes }: Info): string[][] {
  return lanes.map((lane) => [String(lane.lane), lane.label, count(lane.events), at(lane.first_ns), at(lane.last_ns)]);
}

function lossesOf({ losses }: Info): string[][] {
  return losses.map((loss) => [String(loss.lane), loss.label, loss.cause, count(loss.events), at(loss.first_ns), at(loss.last_ns)]);
}

function at(ns: number | null): string {
  return ns === null ? "–" : duration(ns);
}
