// What the page computes from its columns is what the command computes from the recording.

import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, read, viewer } from "./columns.mjs";
import { REQUESTS, report, spanfire, spanfireJson } from "./harness.mjs";

const recording = await read(report(REQUESTS));
const whole = [0, Number.MAX_SAFE_INTEGER];

/** The command's folded stacks, in order. */
function expected(...flags) {
  return spanfire("export", REQUESTS, "--to", "folded", ...flags).trim().split("\n").filter((line) => line !== "").sort();
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

test("statistics of a time are those of the command", () => {
  for (const [flags, range] of TIMES.map(selected)) {
    const key = (row) => `${row.target} ${row.name} ${row.line}`;
    const ours = viewer.measure(recording, range).map((row) => {
      const { name, target, file, line } = recording.head.callsites[row.site];
      const [p50, p90, p99] = [0.5, 0.9, 0.99].map((q) => viewer.quantile(row, q));
      return {
        ...{ name, target, file, line, spans: row.spans, segments: row.segments, busy_ns: row.busy, self_ns: row.self },
        ...{ nonreentrant_ns: row.nonreentrant, idle_ns: row.idle, min_ns: row.min, mean_ns: Math.floor(row.busy / row.spans) },
        ...{ p50_ns: p50, p90_ns: p90, p99_ns: p99, max_ns: row.max },
      };
    });
    const theirs = spanfireJson("top", REQUESTS, ...flags);
    const sorted = (rows) => rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
    assert.deepEqual(sorted(ours), sorted(theirs));
  }
});

test("requests of a time are those of the command", () => {
  for (const [flags, range] of TIMES.map(selected)) {
    const ours = viewer.requestsOf(recording, range).map((row) => ({
      id: row.number,
      name: recording.head.callsites[row.site].name,
      ...{ start_ns: row.start, lifetime_ns: row.lifetime, busy_ns: row.busy, idle_ns: row.idle, work_ns: row.work },
      ...{ spans: row.spans, segments: row.segments, threads: row.threads, open: row.open },
      fields: Object.fromEntries(viewer.requestFields(recording, row).map(({ name, value }) => [name, value])),
    }));
    const theirs = spanfireJson("requests", REQUESTS, "--sort", "start", ...flags);
    assert.deepEqual(ours, theirs);
  }
});
