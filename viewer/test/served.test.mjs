// The viewer with a server behind it: `spanfire view`.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { REQUESTS, close, exactNs, open, report, sampled, serve, shape, spanfireJson } from "./harness.mjs";

after(close);
let address;
before(async () => {
  address = await serve(REQUESTS);
});

/** Waits until the recording has been exchanged for a nearer one so many times. */
async function exchanged(view, times) {
  const come = (times) => Number(document.documentElement.dataset.exchanges ?? 0) >= times;
  await view.until(come, "a nearer recording", times);
  await view.settled();
}

/** Name, self time and 99th percentile of each row of Top. */
function shown(rows) {
  return rows.map((row) => `${row.name} ${exactNs(row.self)} ${exactNs(row.p99)}`).sort();
}

function told(...flags) {
  const rows = spanfireJson("top", REQUESTS, ...flags);
  return rows.map((row) => `${row.name} ${row.self_ns} ${row.p99_ns}`).sort();
}

test("a served recording opens without an error, and asks nobody but its server", async () => {
  const view = await open(address);
  assert.equal(await view.page.title(), "requests.spanfire – spanfire");
  assert.ok((await view.table()).length > 10);
  await view.close();
});

test("a view in the address is asked for from near, and shows each span in it", async () => {
  const slowest = spanfireJson("requests", REQUESTS)[0];
  const to = slowest.start_ns + slowest.lifetime_ns;
  const view = await open(address, { hash: `#view=${slowest.start_ns}-${to}` });
  await exchanged(view, 1);
  const rows = await view.table();
  assert.ok(rows.some((row) => row.span === "request"), JSON.stringify(rows.slice(0, 3)));
  await view.close();
});

test("zooming and panning exchange what is there for what is nearer", async () => {
  const view = await open(address);
  await view.press("w", "w", "w", "w");
  await exchanged(view, 1);
  await view.press("d");
  await exchanged(view, 2);
  const drawn = await view.page.evaluate(() => {
    const { dataset, width, height } = document.querySelector(".stage canvas");
    return { boxes: Number(dataset.boxes), most: width * Math.ceil(height / 18) };
  });
  assert.ok(drawn.boxes > 10 && drawn.boxes <= drawn.most, JSON.stringify(drawn));
  await view.close();
});

test("no more pieces are sent than pixels need", async () => {
  const sizes = [];
  const view = await open(address);
  view.page.on("response", async (response) => {
    if (response.url().includes("window?")) sizes.push(Number(response.headers()["content-length"]));
  });
  await view.press("w", "w");
  await exchanged(view, 1);
  const rows = await view.page.evaluate(() => document.querySelector(".stage canvas").width);
  assert.ok(sizes.length > 0);
  // Three times the picture's width, two pieces of 24 bytes a pixel, at most a hundred rows.
  assert.ok(sizes.every((size) => size < 3 * rows * 2 * 24 * 100), String(sizes));
  await view.close();
});

test("tables are exact over everything, and over a selected time", async () => {
  const view = await open(address, { hash: "#page=top" });
  await exchanged(view, 1);
  assert.deepEqual(shown(await view.table()), told());
  await view.go("#page=top&range=100000000-300000000");
  await exchanged(view, 2);
  assert.deepEqual(shown(await view.table()), told("--from", "100000000ns", "--to", "300000000ns"));
  await view.close();
});

test("focus, ignore and hide are the server's, whatever it has been asked for before", async () => {
  const view = await open(address, { hash: "#page=top" });
  await exchanged(view, 1);
  let times = 1;
  for (const [how, pattern] of [["focus", "^search$"], ["ignore", "^acquire$"], ["hide", "^search$"], ["focus", "^nothing is called so$"]]) {
    await view.go(`#page=top&${how}=${encodeURIComponent(pattern)}`);
    await exchanged(view, ++times);
    const rows = how === "focus" && pattern.includes(" ") ? [] : told(`--${how}`, pattern);
    assert.deepEqual(shown(await view.table()), rows, `${how} ${pattern}`);
  }
  await view.close();
});

test("a large recording is shown while it is read, and all of it in the end", async () => {
  const large = shape("uneven", 700_000);
  const view = await open(await serve(large), { hash: "#page=about" });
  const isRead = () => document.querySelector(".notice").hidden && document.querySelector("main").textContent.includes("700,000");
  await view.until(isRead, "the whole recording", undefined, 120_000);
  assert.ok(Number(await view.page.evaluate(() => document.documentElement.dataset.exchanges)) >= 1);
  await view.go("#page=top");
  await view.until(() => document.querySelectorAll(".datatable tbody tr").length > 0, "the names", undefined, 120_000);
  const rows = spanfireJson("top", large);
  assert.deepEqual(shown(await view.table()), rows.map((row) => `${row.name} ${row.self_ns} ${row.p99_ns}`).sort());
  await view.close();
});

test("of very many requests the slowest are sent, and the page says how many there are", async () => {
  const many = shape("uneven", 450_000);
  const all = spanfireJson("requests", many, "--sort", "lifetime");
  assert.ok(all.length > 10_000, String(all.length));
  const view = await open(await serve(many), { hash: "#page=requests" });
  await view.until(() => /slowest/.test(document.querySelector(".bar .total").textContent), "the requests", undefined, 120_000);
  const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
  assert.equal(await view.page.locator(".bar .total").textContent(), `10,000 of the 10,000 slowest of ${thousands(all.length)} requests`);
  const rows = await view.table();
  assert.deepEqual(rows.slice(0, 100).map((row) => exactNs(row.lifetime)), all.slice(0, 100).map((row) => row.lifetime_ns));
  await view.close();
});

test("a request is opened with every span of it", async () => {
  const slowest = spanfireJson("requests", REQUESTS)[0];
  const view = await open(address, { hash: `#request=${slowest.id}` });
  await exchanged(view, 1);
  const inFile = await open(report(REQUESTS), { hash: `#request=${slowest.id}` });
  const names = async (view) => (await view.table()).map((row) => `${row.span} ${row.busy}`).sort();
  assert.deepEqual(await names(view), await names(inFile));
  await inFile.close();
  await view.close();
});

test("pages of single spans have every span of the selected time", async () => {
  const view = await open(address, { hash: "#page=requests&range=100000000-300000000" });
  await exchanged(view, 1);
  const part = spanfireJson("requests", REQUESTS, "--from", "100000000ns", "--to", "300000000ns");
  assert.equal((await view.table()).length, part.length);
  await view.close();
});

test("what the server does not send is said", async () => {
  const lost = await serve(REQUESTS);
  const view = await open(lost);
  await view.page.route("**/window?*", (route) => route.fulfill({ status: 413, body: "there are too many spans in this time\n" }));
  await view.press("w");
  const said = () => document.querySelector(".notice:not([hidden])")?.textContent === "there are too many spans in this time";
  await view.until(said, "the notice");
  // Chromium itself writes a refused answer to the console.
  assert.ok(view.problems.every((problem) => problem.includes("413")), String(view.problems));
  view.problems.length = 0;
  await view.close();
});

test("functions are those of a report, and of a selected time those of that", async () => {
  const recording = sampled(40);
  const opensUp = () => [...document.querySelectorAll(".twin td")].some((cell) => cell.textContent.startsWith("["));
  const whole = await open(report(recording), { hash: "#page=flame&native=true" });
  const expected = await whole.table();
  await whole.close();
  const view = await open(await serve(recording), { hash: "#page=flame&native=true" });
  await view.table();
  await view.until(opensUp, "functions");
  assert.deepEqual(await view.table(), expected);
  const [{ start_ns, lifetime_ns }] = spanfireJson("requests", recording, "--root", "outer");
  const [from, to] = [start_ns, start_ns + Math.floor(lifetime_ns / 2)];
  await view.go(`#page=flame&native=true&range=${from}-${to}`);
  await view.until(opensUp, "functions of the selected time");
  const rows = await view.table();
  const selected = spanfireJson("top", recording, "--from", `${from}ns`, "--to", `${to}ns`);
  const total = rows.filter((row) => row.level === 1).reduce((sum, row) => sum + exactNs(row.total), 0);
  assert.equal(total, selected.reduce((sum, row) => sum + row.self_ns, 0));
  assert.ok(rows.length > 0 && rows.every((row) => row.frame !== "nap"));
  await view.close();
});
