// The distribution of one name.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, downloaded, exactNs, open, report, shown, spanfireJson } from "./harness.mjs";

after(close);
const file = report(REQUESTS);
const top = spanfireJson("top", REQUESTS);

/** The callsite of a name, as the page numbers it. */
async function openName(name, more = "") {
  const view = await open(file, { hash: `#page=span${more}` });
  await view.page.locator(".names td.text", { hasText: new RegExp(`^${name}$`) }).click();
  await view.settled();
  return view;
}

/** Facts as the page shows them, by name. */
function facts(view) {
  return view.page.evaluate(() => Object.fromEntries([...document.querySelectorAll(".facts > div")].map((fact) => [...fact.children].map((part) => part.textContent))));
}

for (const name of ["load_product", "request", "rank"]) {
  test(`the numbers of ${name} are those of the command`, async () => {
    const row = top.find((row) => row.name === name);
    const view = await openName(name);
    const found = await facts(view);
    assert.equal(found.spans, String(row.spans));
    for (const [fact, ns] of Object.entries({ total: row.busy_ns, self: row.self_ns, p50: row.p50_ns, p90: row.p90_ns, p99: row.p99_ns, max: row.max_ns, min: row.min_ns })) {
      assert.equal(found[fact], shown(ns), fact);
    }
    const listed = (await view.table()).map((row) => exactNs(row.measure));
    assert.equal(listed.length, row.spans);
    assert.equal(listed.reduce((sum, ns) => sum + ns, 0), row.busy_ns);
    assert.equal(listed[0], row.max_ns);
    await view.close();
  });
}

test("the self times that are listed add up to the command's", async () => {
  const row = top.find((row) => row.name === "search");
  const view = await openName("search", "&measure=self");
  const listed = (await view.table()).map((row) => exactNs(row.measure));
  assert.equal(listed.reduce((sum, ns) => sum + ns, 0), row.self_ns);
  await view.close();
});

test("dragging over the distribution lists those spans, and the address keeps that", async () => {
  const view = await openName("load_product");
  const { width, height } = await view.page.locator(".distribution canvas").boundingBox();
  const canvas = view.page.locator(".distribution canvas");
  const { x, y } = await canvas.boundingBox();
  await view.page.mouse.move(x + width * 0.5, y + height / 2);
  await view.page.mouse.down();
  await view.page.mouse.move(x + width * 0.98, y + height / 2, { steps: 4 });
  await view.page.mouse.up();
  await view.until(() => location.hash.includes("lengths="), "the address");
  const [low, high] = await view.page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get("lengths").split("-").map(Number));
  const all = spanfireJson("top", REQUESTS).find((row) => row.name === "load_product").spans;
  const listed = (await view.table()).map((row) => exactNs(row.measure));
  assert.ok(listed.length > 0 && listed.length < all && listed.every((ns) => ns >= low && ns < high));
  await view.press("Home");
  assert.equal((await view.table()).length, all);
  await view.close();
});

test("the longest one is found in the chart", async () => {
  const row = top.find((row) => row.name === "rank");
  const view = await openName("rank");
  await view.press("w");
  await view.until(() => document.querySelector("main").dataset.page === "chart", "the chart");
  await view.settled();
  const { title, busy } = await view.page.evaluate(() => {
    const details = document.querySelector(".details");
    const fact = (name) => [...details.querySelectorAll("dl div")].find((fact) => fact.children[0].textContent === name).children[1].textContent;
    return { title: details.querySelector("h2").firstChild.textContent, busy: fact("busy") };
  });
  assert.equal(title, "rank");
  assert.equal(exactNs(busy), row.max_ns);
  await view.close();
});

test("the distribution is saved as SVG", async () => {
  const view = await openName("rank");
  assert.match(await downloaded(view, "SVG"), /^<svg [^]*time together[^]*<\/svg>\n$/);
  await view.close();
});

test("under focus the spans are those of the command, with what counts of their times", async () => {
  for (const flags of [["--focus", "^rank$"], ["--ignore", "^acquire$"], ["--hide", "^search$"]]) {
    const row = spanfireJson("top", REQUESTS, ...flags).find((row) => row.name === "request");
    const view = await openName("request", `&${flags[0].slice(2)}=${encodeURIComponent(flags[1])}`);
    const listed = (await view.table()).map((row) => exactNs(row.measure));
    assert.equal(listed.length, row.spans, flags.join(" "));
    assert.equal(listed.reduce((sum, ns) => sum + ns, 0), row.busy_ns, flags.join(" "));
    assert.equal((await facts(view)).self, shown(row.self_ns), flags.join(" "));
    await view.close();
  }
});
