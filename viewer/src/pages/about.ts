/**
 * *About*: what was recorded, how, and what is missing.
 */

import { warningsOf } from "../app/banner.ts";
import { element } from "../app/elements.ts";
import { count, duration } from "../app/format.ts";
import type { Page, Table } from "../app/page.ts";
import type { Recording } from "../data/recording.ts";

export const about: Page = {
  id: "about",
  title: "About",
  mount(host, app) {
    const facts = app.recordings.flatMap(factsOf);
    const rows = facts.map(([name, value]) => element("tr", {}, element("th", { attributes: { scope: "row" } }, name), element("td", {}, value)));
    host.append(element("div", { class: "about" }, element("table", {}, ...rows)));
    return {
      draw() {},
      table: (): Table => ({ caption: "About the recording", columns: ["what", "value"], rows: facts.map((cells) => ({ cells })) }),
    };
  },
};

function factsOf(recording: Recording): [string, string][] {
  const { head } = recording;
  const { info } = head;
  return [
    ["Recording", head.title],
    ["Program", [info.process.executable, ...info.process.arguments].join(" ")],
    ["Process", `${info.process.id} on ${info.process.os} ${info.process.arch}`],
    ["Recorder", `spanfire ${info.recorder.version}, ${info.recorder.form}`],
    ["Duration", duration(info.duration_ns)],
    ["Spans", count(info.spans)],
    ["Segments", count(info.segments)],
    ["Instants", count(info.instants)],
    ["Threads", count(info.threads)],
    ["Clock", `${info.clock.source}${info.clock.kernel_source ? ` (${info.clock.kernel_source})` : ""}`],
    ...warningsOf(recording).map((text): [string, string] => ["Missing", text]),
  ];
}
