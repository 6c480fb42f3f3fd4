// The table of names.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, exactNs, open, report, spanfireJson } from "./harness.mjs";

after(close);
const file = report(REQUESTS);

/** Every number of a row, by name and target. */
function numbers(rows) {
  const key = ({ name, target }) => `${name} ${target}`;
  return Object.fromEntries(
    rows.map((row) => [
      key(row),
      {
        spans: Number(row.spans.replaceAll(",", "")),
        ...Object.fromEntries(["self", "total", "nonreentrant", "mean", "p50", "p90", "p99", "max", "idle"].map((of) => [of, exactNs(row[of])])),
      },
    ]),
  );
}

function expected(...flags) {
  const rows = spanfireJson("top", REQUESTS, ...flags).map((row) => [
    `${row.name} ${row.target}`,
    {
      ...{ spans: row.spans, self: row.self_ns, total: row.busy_ns, nonreentrant: row.nonreentrant_ns, mean: row.mean_ns },
      ...{ p50: row.p50_ns, p90: row.p90_ns, p99: row.p99_ns, max: row.max_ns, idle: row.idle_ns },
    },
  ]);
  return Object.fromEntries(rows);
}

test("every number is that of the command", async () => {
  const view = await open(file, { hash: "#page=top" });
  assert.deepEqual(numbers(await view.table()), expected());
  await view.close();
});

test("numbers of a selected time are those of the command", async () => {
  const view = await open(file, { hash: "#page=top&range=400000000-800000000" });
  assert.deepEqual(numbers(await view.table()), expected("--from", "400000000ns", "--to", "800000000ns"));
  await view.close();
});

test("a click on a column sorts by it, and the address keeps that", async () => {
  const view = await open(file, { hash: "#page=top" });
  await view.page.getByRole("columnheader", { name: "p99", exact: true }).first().click();
  await view.until(() => location.hash.includes("sort=-p99"), "the address");
  const sorted = (await view.table()).map((row) => exactNs(row.p99));
  assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a));
  await view.close();
});

test("a search leaves the names that match", async () => {
  const view = await open(file, { hash: "#page=top&search=^find_" });
  const found = (await view.table()).map((row) => row.name);
  assert.ok(found.length > 0 && found.every((name) => name.startsWith("find_")), found.join());
  await view.go("#page=top&search=nothing-is-called-so");
  assert.deepEqual(await view.table(), []);
  await view.close();
});

test("rows are chosen and opened by keys", async () => {
  const view = await open(file, { hash: "#page=top" });
  const [first, second] = (await view.table()).map((row) => row.name);
  await view.press("ArrowDown");
  assert.equal(await view.page.locator(".datatable tr.chosen td").first().textContent(), first);
  await view.press("j");
  assert.equal(await view.page.locator(".datatable tr.chosen td").first().textContent(), second);
  await view.close();
});

for (const [how, pattern] of [["focus", "^search$"], ["ignore", "^acquire$"], ["hide", "^search$"]]) {
  test(`under ${how} every number is that of the command`, async () => {
    const view = await open(file, { hash: `#page=top&${how}=${encodeURIComponent(pattern)}` });
    assert.deepEqual(numbers(await view.table()), expected(`--${how}`, pattern));
    assert.equal(await view.page.locator(`input.pattern.used`).inputValue(), pattern);
    await view.close();
  });
}

test("f, i and h narrow to the chosen name, and x to everything again", async () => {
  const view = await open(file, { hash: "#page=top" });
  await view.page.locator(".datatable td.text", { hasText: /^rank$/ }).click();
  await view.press("f");
  assert.deepEqual(numbers(await view.table()), expected("--focus", "^rank$"));
  await view.press("x", "h");
  assert.deepEqual(numbers(await view.table()), expected("--hide", "^rank$"));
  await view.press("x");
  assert.deepEqual(numbers(await view.table()), expected());
  await view.close();
});
