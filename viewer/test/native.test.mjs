// Functions in spans. A page of a recording with samples is made of one without: what is in it otherwise depends on
// the machine.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, downloaded, exactNs, open, report, spanfireJson } from "./harness.mjs";
import { rewrite } from "./rewriting.mjs";

after(close);
const plain = report(REQUESTS);
const total = spanfireJson("top", REQUESTS).reduce((sum, row) => sum + row.self_ns, 0);

const FUNCTION = { target: "app::parse", level: "trace", event: false };
const frames = ["tokens", "[profiler]", "[not sampled]", "[blocked]"].map((name) => ({ ...FUNCTION, name, target: name.startsWith("[") ? "" : FUNCTION.target }));

/** The graph with each node's own time given to a function: in the first node with some to one that few samples saw. */
function opened(tree, callsites) {
  const made = { site: [], parent: [], busy_ns: [], idle_ns: [], count: [], samples: [] };
  const push = (site, parent, busy, idle, count, samples) => {
    const row = { site, parent, busy_ns: busy, idle_ns: idle, count, samples };
    for (const [column, value] of Object.entries(row)) made[column].push(value);
  };
  const place = [0];
  let isFirst = true;
  tree.site.forEach((site, node) => {
    push(site, place[tree.parent[node]], 0, tree.idle_ns[node], tree.count[node], 0);
    place.push(made.site.length);
    if (tree.busy_ns[node] === 0) return;
    const parent = made.site.length;
    push(callsites + (isFirst ? 0 : 2), parent, tree.busy_ns[node], 0, 0, isFirst ? 3 : 0);
    isFirst = false;
  });
  return made;
}

const JOIN = { samples: 3, lost_samples: 0, in_spans: 3, outside_spans: 0, without_lane: 0, uncut: 0, profiler: 0, checked: 3, right: 3, right_share: 1, verdict: "unproven" };
const SAMPLING = { method: "perf_events", why: null, asked_hz: 999, true_hz: 998.2, samples: 3, lost_samples: 1, switches: 8, lost_switches: 0, throttled: 0, cpu_ns: 3e6, user_ns: 3e6, images: 1, ended: true };

const file = await rewrite(report(REQUESTS), (head) => {
  const callsites = head.callsites.length;
  const trees = { thread: opened(head.trees.thread, callsites), span: opened(head.trees.span, callsites) };
  head.native = { frames, trees, join: JOIN, notes: ["half of the native stacks are 1 deep or less"] };
  head.info.sampling = SAMPLING;
});

function outermost(rows) {
  return rows.filter((row) => row.level === 1).reduce((sum, row) => sum + exactNs(row.total), 0);
}

test("functions open spans up, and widths stay what they were", async () => {
  for (const stacks of ["thread", "span"]) {
    const view = await open(file, { hash: `#page=flame&stacks=${stacks}` });
    assert.equal(outermost(await view.table()), total);
    await view.press("v");
    const rows = await view.table();
    assert.equal(outermost(rows), total);
    assert.equal(rows.filter((row) => row.frame === "tokens").length, 1);
    assert.ok(rows.some((row) => row.frame === "[not sampled]"));
    await view.go(`#page=flame&stacks=${stacks}&native=true&reversed=true`);
    assert.equal(outermost(await view.table()), total);
    await view.close();
  }
});

test("what few samples saw is hatched, and named so", async () => {
  const view = await open(file, { hash: "#page=flame&native=true&focus=^tokens$" });
  const picture = await downloaded(view, "SVG");
  assert.match(picture, /<pattern /);
  assert.match(picture, />tokens \(few samples\)</);
  assert.match(await downloaded(view, "Folded"), /;tokens \d+\n$/);
  await view.close();
});

test("Sandwich shows who called a function", async () => {
  const view = await open(file, { hash: "#page=sandwich&native=true" });
  const site = await view.page.evaluate(() => location.hash);
  assert.ok(site.includes("native=true"));
  assert.ok((await view.table()).some((row) => row.frame === "[not sampled]" && row.side === "callee"));
  await view.close();
});

test("a selected time, and a recording without samples, have no functions and say why", async () => {
  const view = await open(file, { hash: "#page=flame&native=true&range=400000000-800000000" });
  const button = view.page.getByRole("button", { name: "Functions" });
  assert.ok(await button.isDisabled());
  assert.match(await button.getAttribute("title"), /for all of the time only/);
  assert.match(await view.page.locator(".bar").textContent(), /for all of the time only/);
  assert.ok((await view.table()).every((row) => row.frame !== "[not sampled]"));
  await view.close();
  const other = await open(plain, { hash: "#page=flame&native=true" });
  assert.match(await other.page.getByRole("button", { name: "Functions" }).getAttribute("title"), /SPANFIRE_SAMPLE/);
  assert.equal(outermost(await other.table()), total);
  await other.close();
});

test("weights of the processor are there where switches are, and of all of the time", async () => {
  const view = await open(file, { hash: "#page=flame&range=400000000-800000000" });
  const button = view.page.getByRole("button", { name: "Blocked", exact: true });
  assert.ok(await button.isDisabled());
  await view.go("#page=flame");
  await button.click();
  await view.until(() => location.hash.includes("weight=blocked"), "the address");
  await view.close();
  const other = await open(plain, { hash: "#page=flame" });
  assert.equal(await other.page.getByRole("button", { name: "Blocked", exact: true }).count(), 0);
  await other.close();
});

test("About says how samples were taken, and whether they join", async () => {
  const view = await open(file, { hash: "#page=about" });
  const said = Object.fromEntries((await view.table()).filter((row) => row.section === "Native samples").map((row) => [row.what, row.value]));
  assert.match(said["Taken by"], /perf events/);
  assert.match(said["Rate"], /998 .* 999/);
  assert.match(said["Lost"], /^1$/);
  assert.match(said["Clocks"], /^It is not known .* of 3 samples .* 100.0 %/);
  const taken = (await view.table()).filter((row) => row.section === "What recording took");
  assert.equal(exactNs(taken.find((row) => row.what === "Entered").value), total);
  await view.close();
});
