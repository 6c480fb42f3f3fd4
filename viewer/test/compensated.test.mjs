// What remains of times without what recording took of them.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { read, viewer } from "./columns.mjs";
import { REQUESTS, close, downloaded, exactNs, open, report, serve, shape, spanfireJson } from "./harness.mjs";
import { rewrite } from "./rewriting.mjs";

after(close);
const file = report(REQUESTS);
const CROSSED = shape("crossed");
const [recording, crossed] = [await read(file), await read(report(CROSSED))];
const ALWAYS = [0, Number.MAX_SAFE_INTEGER];
const NONE = { focus: "", ignore: "", hide: "" };

/** Stacks that have time, outermost frames first, with their self time, what remains of it, and from where to where. */
function stacksOf({ head }, tree) {
  const rows = [];
  for (let node = 1; node < tree.length; node++) {
    if (tree.busy[node] === 0) continue;
    const names = viewer.stackOf(tree, node).map((site) => head.callsites[site].name);
    rows.push([names.reverse().join(";"), tree.busy[node], tree.compensated[node], tree.low[node], tree.high[node]].join(" "));
  }
  return rows.sort();
}

/** The same by the command. */
function expectedStacks(of, stacks, ...flags) {
  const { rows } = spanfireJson("overhead", of, "--only", "ledger", "--by", "stack", "--stacks", stacks, ...flags).ledger;
  const row = (row) => [row.name, row.self_ns, row.compensated_self_ns, row.compensated_self_low_ns, row.compensated_self_high_ns].join(" ");
  return rows.filter((row) => row.self_ns > 0).map(row).sort();
}

/** The tree that the command has put into the page. */
function given({ head }, stacks) {
  const columns = head.trees[stacks];
  const rooted = (values) => [0, ...values];
  const tree = { length: columns.site.length + 1, site: [-1, ...columns.site], parent: rooted(columns.parent), busy: rooted(columns.busy_ns) };
  return { ...tree, compensated: rooted(columns.compensated_ns), low: rooted(columns.low_ns), high: rooted(columns.high_ns) };
}

for (const stacks of ["thread", "span"]) {
  test(`what remains of stacks by ${stacks} is in the page as the command says it`, () => {
    for (const [of, read] of [[REQUESTS, recording], [CROSSED, crossed]]) {
      assert.deepEqual(stacksOf(read, given(read, stacks)), expectedStacks(of, stacks));
    }
  });

  test(`the page takes out of stacks by ${stacks} what the command takes out`, () => {
    for (const [of, read] of [[REQUESTS, recording], [CROSSED, crossed]]) {
      const rates = viewer.knownRates(read);
      for (const [range, flags] of [
        [ALWAYS, []],
        [[1_000_000, 90_000_001], ["--from", "1000000ns", "--to", "90000001ns"]],
        [[400_000_000, 800_000_000], ["--from", "400000000ns", "--to", "800000000ns"]],
      ]) {
        const tree = viewer.ledgerTree(read, stacks, range, null, rates);
        assert.deepEqual(stacksOf(read, tree), expectedStacks(of, stacks, ...flags), flags.join(" "));
      }
      for (const [how, pattern] of [["focus", "^(search|outer)$"], ["ignore", "^(acquire|inner)$"], ["hide", "^(search|inner)$"]]) {
        const tree = viewer.ledgerTree(read, stacks, ALWAYS, { ...NONE, [how]: pattern }, rates);
        assert.deepEqual(stacksOf(read, tree), expectedStacks(of, stacks, `--${how}`, pattern), how);
      }
    }
  });
}

test("what remains of all bars is what remains of all stacks, to the rounding of each", () => {
  const total = viewer.segmentCosts(recording, viewer.knownRates(recording)).total();
  const { total: said } = spanfireJson("overhead", REQUESTS, "--only", "ledger").ledger;
  assert.equal(total.raw, said.recorded_ns);
  const outermost = recording.lanes.reduce((sum, lane) => sum + (lane.rows[0]?.length ?? 0), 0);
  for (const [ns, expected] of [[total.ns, said.compensated_ns], [total.low, said.compensated_low_ns], [total.high, said.compensated_high_ns]]) {
    assert.ok(Math.abs(ns - expected) <= outermost + said.overcompensated_ns, `${ns} ${expected} ${outermost}`);
  }
});

/** Compensated times of all names. */
function timesOf(rows) {
  const times = ["compensated-self", "compensated-total"].flatMap((time) => [time, `${time} low`, `${time} high`]);
  return Object.fromEntries(rows.map((row) => [`${row.name} ${row.target}`, times.map((time) => exactNs(row[time]))]));
}

function expectedTimes(...flags) {
  const times = ["self", "busy"].flatMap((time) => [`${time}_ns`, `${time}_low_ns`, `${time}_high_ns`]);
  const rows = spanfireJson("top", REQUESTS, "--compensated", ...flags);
  return Object.fromEntries(rows.map((row) => [`${row.name} ${row.target}`, times.map((time) => row[`compensated_${time}`])]));
}

test("Top has what remains of every name, of all of the time and of a part", async () => {
  const view = await open(file, { hash: "#page=top" });
  assert.ok(!("compensated-self" in (await view.table())[0]), "off by default");
  await view.press("c");
  assert.deepEqual(timesOf(await view.table()), expectedTimes());
  await view.go("#page=top&compensated=true&range=400000000-800000000");
  assert.deepEqual(timesOf(await view.table()), expectedTimes("--from", "400000000ns", "--to", "800000000ns"));
  assert.match(await view.page.locator(".bar .compensated").textContent(), /s \(.* to .*\) taken out, .*\d %$/);
  await view.close();
});

test("Flame is as wide as what remains, and says from where to where", async () => {
  const view = await open(file, { hash: "#page=flame&stacks=span&compensated=true" });
  const { total } = spanfireJson("overhead", REQUESTS, "--only", "ledger").ledger;
  const outermost = (await view.table()).filter((row) => row.level === 1);
  const sum = (column) => outermost.reduce((sum, row) => sum + exactNs(row[column]), 0);
  assert.equal(sum("total"), total.compensated_ns);
  assert.equal(sum("low"), total.compensated_low_ns);
  assert.equal(sum("high"), total.compensated_high_ns);
  assert.equal(sum("recorded"), total.recorded_ns);
  const lines = (await downloaded(view, "Folded")).trim().split("\n");
  assert.equal(lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0), total.compensated_ns);
  await view.go("#page=flame&stacks=span&weight=count&compensated=true");
  const button = view.page.getByRole("button", { name: "Compensated" });
  assert.ok(await button.isDisabled());
  assert.match(await button.getAttribute("title"), /busy time/);
  await view.close();
});

test("Sandwich says what remains of a name and of its callers", async () => {
  const view = await open(file, { hash: "#page=sandwich&compensated=true" });
  const rows = (await view.table()).filter((row) => row.level === 1);
  assert.deepEqual(new Set(rows.map((row) => row.side)), new Set(["caller", "callee"]));
  for (const row of rows) assert.ok(exactNs(row.low) <= exactNs(row.total) && exactNs(row.total) <= exactNs(row.recorded));
  await view.close();
});

test("the chart hatches the end of bars, and its table has what remains of each", async () => {
  const view = await open(file, { hash: "#compensated=true" });
  const rows = await view.table();
  assert.ok(rows.length > 100);
  for (const row of rows) {
    assert.equal(exactNs(row.recorded), exactNs(row.busy));
    assert.ok(exactNs(row.compensated) <= exactNs(row.busy) && exactNs(row.low) <= exactNs(row.high));
  }
  const { start, thread } = rows.reduce((short, row) => (exactNs(row.busy) < exactNs(short.busy) ? row : short));
  const from = recording.from + exactNs(start) - 2_000;
  await view.go(`#compensated=true&view=${from}-${from + 20_000}`);
  const hatched = await downloaded(view, "SVG");
  assert.match(hatched, /<pattern /, thread);
  await view.press("c");
  assert.doesNotMatch(await downloaded(view, "SVG"), /<pattern /);
  await view.close();
});

test("where a recording does not say what probes cost, the switch says so", async () => {
  const without = await rewrite(report(REQUESTS), (head) => (head.info.probe_cost = null));
  const view = await open(without, { hash: "#page=top&compensated=true" });
  const button = view.page.getByRole("button", { name: "Compensated" });
  assert.ok(await button.isDisabled());
  assert.match(await button.getAttribute("title"), /does not say/);
  assert.ok(!("compensated-self" in (await view.table())[0]));
  await view.close();
});

test("a server takes out of a selected time what the command takes out", async () => {
  const view = await open(await serve(REQUESTS), { hash: "#page=top&compensated=true&range=400000000-800000000" });
  await view.until(() => document.querySelectorAll(".datatable tbody tr").length > 0, "the server's answer");
  assert.deepEqual(timesOf(await view.table()), expectedTimes("--from", "400000000ns", "--to", "800000000ns"));
  await view.close();
});
