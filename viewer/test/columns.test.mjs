// What the page computes from its columns is what the command computes from the recording.

import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, read, viewer } from "./columns.mjs";
import { REQUESTS, report, shape, spanfire, spanfireJson } from "./harness.mjs";

const recording = await read(report(REQUESTS));
const CROSSED = shape("crossed");
const crossed = await read(report(CROSSED));
const whole = [0, Number.MAX_SAFE_INTEGER];

/** Folded stacks, in order. */
function lines(text) {
  return text.trim().split("\n").filter((line) => line !== "").sort();
}

/** The command's folded stacks. */
function expected(...flags) {
  return lines(spanfire("export", REQUESTS, "--to", "folded", ...flags));
}

test("every segment and instant is in the page", () => {
  const info = spanfireJson("info", REQUESTS);
  assert.equal(recording.segments, info.segments);
  assert.equal(recording.lanes.reduce((sum, lane) => sum + lane.marks.at.length, 0), info.instants);
});

for (const stacks of ["thread", "span"]) {
  for (const weight of ["busy", "idle", "count"]) {
    test(`merged by ${stacks}, ${weight} is what the command says`, () => {
      const tree = viewer.sweep(recording, stacks, whole);
      assert.deepEqual(folded(recording, tree, weight), expected("--stacks", stacks, "--weight", weight));
    });

    test(`merged by ${stacks}, ${weight} of a time is what the command says`, () => {
      for (const [from, to] of [[1_000_000, 90_000_001], [150_500_123, 150_700_456], [400_000_000, 800_000_000]]) {
        const tree = viewer.sweep(recording, stacks, [from, to]);
        const flags = ["--stacks", stacks, "--weight", weight, "--from", `${from}ns`, "--to", `${to}ns`];
        assert.deepEqual(folded(recording, tree, weight), expected(...flags));
      }
    });
  }
}

const TIMES = [[], [1_000_000, 90_000_001], [150_500_123, 150_700_456], [400_000_000, 800_000_000]];

/** The flags for a time, and the time itself. */
function selected([from, to]) {
  return from === undefined ? [[], whole] : [["--from", `${from}ns`, "--to", `${to}ns`], [from, to]];
}

/** Rows of statistics as the command has them, in an order that does not depend on times. */
function asTop(recording, rows) {
  return inOrder(
    rows.map((row) => {
      const { name, target, file, line } = recording.head.callsites[row.site];
      const [p50, p90, p99] = [0.5, 0.9, 0.99].map((q) => viewer.quantile(row, q));
      return {
        ...{ name, target, file, line, spans: row.spans, segments: row.segments, busy_ns: row.busy, self_ns: row.self },
        ...{ nonreentrant_ns: row.nonreentrant, idle_ns: row.idle, min_ns: row.min, mean_ns: Math.floor(row.busy / row.spans) },
        ...{ p50_ns: p50, p90_ns: p90, p99_ns: p99, max_ns: row.max },
      };
    }),
  );
}

function inOrder(rows) {
  const key = (row) => `${row.target} ${row.name} ${row.line}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Requests as the command has them. */
function asRequests(recording, rows) {
  return rows.map((row) => ({
    id: row.number,
    name: recording.head.callsites[row.site].name,
    ...{ start_ns: row.start, lifetime_ns: row.lifetime, busy_ns: row.busy, idle_ns: row.idle, work_ns: row.work },
    ...{ spans: row.spans, segments: row.segments, threads: row.threads, open: row.open },
    fields: Object.fromEntries(viewer.requestFields(recording, row).map(({ name, value }) => [name, value])),
  }));
}

test("statistics of a time are those of the command", () => {
  for (const [flags, range] of TIMES.map(selected)) {
    assert.deepEqual(asTop(recording, viewer.measure(recording, range)), inOrder(spanfireJson("top", REQUESTS, ...flags)));
  }
});

test("requests of a time are those of the command", () => {
  for (const [flags, range] of TIMES.map(selected)) {
    assert.deepEqual(asRequests(recording, viewer.requestsOf(recording, range)), spanfireJson("requests", REQUESTS, "--sort", "start", ...flags));
  }
});

const NONE = { focus: "", ignore: "", hide: "" };
/** What is narrowed to: of the example, and of spans that are left in another order than entered. */
const NARROWED = [
  [REQUESTS, recording, { ...NONE, focus: "^search$" }],
  [REQUESTS, recording, { ...NONE, focus: "rank|hash", ignore: "^acquire$" }],
  [REQUESTS, recording, { ...NONE, ignore: "^search$" }],
  [REQUESTS, recording, { ...NONE, hide: "^(search|acquire)$" }],
  [REQUESTS, recording, { focus: "find", ignore: "^acquire$", hide: "^search$" }],
  ...["outer", "inner", "after", "task"].flatMap((name) => ["focus", "ignore"].map((how) => [CROSSED, crossed, { ...NONE, [how]: `^${name}$` }])),
  [CROSSED, crossed, { ...NONE, hide: "^inner$" }],
  [CROSSED, crossed, { ...NONE, hide: "^after$", focus: "^outer$" }],
];

/** The flags that narrow to the same. */
function flagsOf(narrowing) {
  return Object.entries(narrowing).flatMap(([how, pattern]) => (pattern === "" ? [] : [`--${how}`, pattern]));
}

for (const [file, read, narrowing] of NARROWED) {
  const flags = flagsOf(narrowing);
  const of = file === REQUESTS ? "the example" : "crossed spans";
  test(`${flags.join(" ")} of ${of} selects what the command selects`, () => {
    for (const [time, range] of TIMES.map(selected)) {
      assert.deepEqual(asTop(read, viewer.measureNarrowed(read, range, narrowing)), inOrder(spanfireJson("top", file, ...time, ...flags)), time.join(" "));
      for (const stacks of ["thread", "span"]) {
        const tree = viewer.narrowedTree(read, stacks, range, narrowing);
        for (const weight of ["busy", "idle", "count"]) {
          const said = spanfire("export", file, "--to", "folded", "--stacks", stacks, "--weight", weight, ...time, ...flags);
          assert.deepEqual(folded(read, tree, weight), lines(said), `${stacks} ${weight} ${time.join(" ")}`);
        }
      }
      // With its root hidden, a request is other requests.
      if (read === crossed && narrowing.hide !== "") continue;
      const said = spanfireJson("requests", file, "--sort", "start", ...time, ...flags);
      assert.deepEqual(asRequests(read, viewer.requestsOf(read, range, narrowing)), said, time.join(" "));
    }
  });
}
