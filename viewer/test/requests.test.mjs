// The requests.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, exactNs, open, report, spanfireJson } from "./harness.mjs";

after(close);
const file = report(REQUESTS);
const all = spanfireJson("requests", REQUESTS);

/** The rows of the table twin, as the command has them. */
function numbers(rows) {
  const ns = (row, ...names) => Object.fromEntries(names.map((name) => [name, exactNs(row[name])]));
  return Object.fromEntries(
    rows.map((row) => [row.request, { ...ns(row, "start", "lifetime", "busy", "idle", "work"), spans: Number(row.spans), threads: Number(row.threads) }]),
  );
}

function expected(rows) {
  return Object.fromEntries(
    rows.map((row) => [
      row.id,
      {
        ...{ start: row.start_ns, lifetime: row.lifetime_ns, busy: row.busy_ns, idle: row.idle_ns, work: row.work_ns },
        ...{ spans: row.spans, threads: row.threads },
      },
    ]),
  );
}

function routeOf(id) {
  return all.find((row) => row.id === id).fields.route;
}

test("every number is that of the command", async () => {
  const view = await open(file, { hash: "#page=requests" });
  assert.deepEqual(numbers(await view.table()), expected(all));
  await view.close();
});

test("numbers of a selected time are those of the command", async () => {
  const view = await open(file, { hash: "#page=requests&range=30000000-90000000" });
  assert.deepEqual(numbers(await view.table()), expected(spanfireJson("requests", REQUESTS, "--from", "30000000ns", "--to", "90000000ns")));
  await view.close();
});

test("kinds are routes, and a kind lists its requests", async () => {
  const view = await open(file, { hash: "#page=requests" });
  await view.page.getByLabel("Kind").selectOption("request /login/{user}");
  await view.settled();
  const listed = Object.keys(numbers(await view.table()));
  assert.deepEqual(listed.sort(), all.filter((row) => row.fields.route === "/login/{user}").map((row) => String(row.id)).sort());
  await view.close();
});

test("the slowest is compared with the median of its kind", async () => {
  const slowest = all.reduce((slowest, row) => (row.lifetime_ns > slowest.lifetime_ns ? row : slowest));
  const alike = all.filter((row) => row.fields.route === slowest.fields.route).sort((a, b) => a.lifetime_ns - b.lifetime_ns || a.id - b.id);
  const median = alike[Math.floor((alike.length - 1) / 2)];
  const view = await open(file, { hash: "#page=requests" });
  await view.press("w");
  const rows = await view.table();
  assert.equal(await view.page.locator(".twin caption").textContent(), `Request ${slowest.id} compared with ${median.id}`);
  const [root] = rows;
  assert.deepEqual([exactNs(root.busy), exactNs(root["other busy"])], [slowest.work_ns, median.work_ns]);
  for (const row of rows) {
    const difference = exactNs(row.this) - exactNs(row.other);
    assert.equal(exactNs(row.difference.replace("-", "")) * (row.difference.startsWith("-") ? -1 : 1), difference);
    assert.equal(row.share, `${((100 * exactNs(row.this)) / exactNs(root.this)).toFixed(1)} %`);
  }
  await view.close();
});

test("two requests of different routes have what is new and what is gone", async () => {
  const login = all.find((row) => row.fields.route === "/login/{user}").id;
  const search = all.find((row) => row.fields.route === "/search/{word}").id;
  const view = await open(file, { hash: `#page=requests&request=${login}&compare=${search}` });
  const standing = Object.fromEntries((await view.table()).map((row) => [row.frame, row.standing]));
  assert.deepEqual([standing.request, standing.login, standing.search], ["both", "new", "gone"]);
  assert.ok((await view.page.locator(".panel .tag.new").count()) > 0);
  assert.ok((await view.page.locator(".panel .tag.gone").count()) > 0);
  await view.close();
});

test("a request is pinned, and others are compared with it", async () => {
  const view = await open(file, { hash: "#page=requests" });
  await view.press("w", "c", "j");
  await view.until(() => location.hash.includes("compare="), "the address");
  const hash = new URLSearchParams((await view.page.evaluate(() => location.hash)).slice(1));
  assert.equal(routeOf(Number(hash.get("compare"))), "/order/{id}");
  assert.notEqual(hash.get("compare"), hash.get("request"));
  await view.press("m");
  await view.until(() => !location.hash.includes("compare="), "the median again");
  await view.close();
});

test("every work of every request is merged without loss", async () => {
  const view = await open(file, { hash: "#page=requests" });
  for (const { id, work_ns } of all.filter((_, at) => at % 20 === 0)) {
    await view.go(`#page=requests&request=${id}`);
    const [root] = await view.table();
    assert.equal(exactNs(root.busy), work_ns, String(id));
  }
  await view.close();
});

test("Enter opens the chosen request in the chart", async () => {
  const view = await open(file, { hash: "#page=requests" });
  await view.press("w", "Enter");
  await view.until(() => document.querySelector("main").dataset.page === "chart", "the chart");
  await view.close();
});

test("under focus and ignore the requests are those of the command", async () => {
  for (const flags of [["--focus", "^rank$"], ["--ignore", "^acquire$"], ["--hide", "^search$"]]) {
    const view = await open(file, { hash: `#page=requests&${flags[0].slice(2)}=${encodeURIComponent(flags[1])}` });
    assert.deepEqual(numbers(await view.table()), expected(spanfireJson("requests", REQUESTS, ...flags)), flags.join(" "));
    await view.close();
  }
});
