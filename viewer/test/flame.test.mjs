// Merged graphs.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, downloaded, exactNs, open, report, spanfire, spanfireJson } from "./harness.mjs";

after(close);
const file = report(REQUESTS);
const top = spanfireJson("top", REQUESTS);

function outermost(rows) {
  return Object.fromEntries(rows.filter((row) => row.level === 1).map((row) => [row.frame, exactNs(row.total)]));
}

test("reversed, the outermost frames have the self time of their names", async () => {
  const view = await open(file, { hash: "#page=flame&reversed=true" });
  assert.deepEqual(outermost(await view.table()), Object.fromEntries(top.filter((row) => row.self_ns > 0).map((row) => [row.name, row.self_ns])));
  await view.close();
});

for (const stacks of ["thread", "span"]) {
  test(`by ${stacks}, both directions add up to the same`, async () => {
    const all = top.reduce((sum, row) => sum + row.self_ns, 0);
    const view = await open(file, { hash: `#page=flame&stacks=${stacks}` });
    for (const reversed of ["false", "true"]) {
      await view.go(`#page=flame&stacks=${stacks}&reversed=${reversed}`);
      const sum = Object.values(outermost(await view.table())).reduce((sum, ns) => sum + ns, 0);
      assert.equal(sum, all);
    }
    await view.close();
  });
}

test("folded stacks are those of the command", async () => {
  const view = await open(file, { hash: "#page=flame&stacks=span&weight=idle" });
  const lines = (text) => text.trim().split("\n").sort();
  const expected = spanfire("export", REQUESTS, "--to", "folded", "--stacks", "span", "--weight", "idle");
  assert.deepEqual(lines(await downloaded(view, "Folded")), lines(expected));
  await view.close();
});

test("the picture is saved as SVG with the names that are shown", async () => {
  const view = await open(file, { hash: "#page=flame" });
  const picture = await downloaded(view, "SVG");
  assert.match(picture, /^<svg [^]*find_reviews[^]*<\/svg>\n$/);
  await view.close();
});

test("arrows, Enter and Backspace walk and zoom, and the address restores it", async () => {
  const view = await open(file, { hash: "#page=flame&stacks=span" });
  await view.press("ArrowDown", "ArrowDown", "Enter");
  await view.until(() => location.hash.includes("zoom="), "the address");
  const crumbs = await view.page.locator(".crumbs button").allTextContents();
  assert.equal(crumbs.length, 3);
  const hash = await view.page.evaluate(() => location.hash);
  const again = await open(file, { hash });
  assert.deepEqual(await again.page.locator(".crumbs button").allTextContents(), crumbs);
  assert.deepEqual(await again.table(), await view.table());
  await again.close();
  await view.press("Backspace");
  assert.equal(await view.page.locator(".crumbs button").count(), 2);
  await view.press("0");
  assert.ok(await view.page.locator(".crumbs").isHidden());
  await view.close();
});

test("a click zooms to the frame under it", async () => {
  const view = await open(file, { hash: "#page=flame" });
  const heaviest = (await view.table()).find((row) => row.level === 1).frame;
  await view.page.locator(".stage canvas").click({ position: { x: 40, y: 28 } });
  await view.settled();
  assert.deepEqual(await view.page.locator(".crumbs button").allTextContents(), ["all", heaviest]);
  await view.close();
});

test("a search says which share of the time matches", async () => {
  const all = top.reduce((sum, row) => sum + row.self_ns, 0);
  const { self_ns } = top.find((row) => row.name === "hash_password");
  const view = await open(file, { hash: "#page=flame&search=^hash_password$" });
  assert.equal(await view.page.locator(".bar .found").textContent(), `${((100 * self_ns) / all).toFixed(1)} % matched`);
  await view.close();
});

test("n goes from one frame that is found to the next", async () => {
  const view = await open(file, { hash: "#page=flame&search=^acquire$" });
  await view.press("n");
  await view.until(() => location.hash.includes("zoom="), "the address");
  const first = await view.page.locator(".crumbs button").allTextContents();
  const hash = await view.page.evaluate(() => location.hash);
  await view.press("n");
  await view.until((hash) => location.hash !== hash, "another frame", hash);
  const second = await view.page.locator(".crumbs button").allTextContents();
  assert.deepEqual([first.at(-1), second.at(-1)], ["acquire", "acquire"]);
  assert.notDeepEqual(first, second);
  await view.close();
});

test("focus, ignore and hide are those of the command", async () => {
  const view = await open(file, { hash: "#page=flame" });
  for (const [hash, flags] of [
    ["focus=^search$", ["--focus", "^search$"]],
    ["ignore=^search$", ["--ignore", "^search$"]],
    ["hide=^search$", ["--hide", "^search$"]],
  ]) {
    await view.go(`#page=flame&stacks=span&${hash}`);
    const sum = Object.values(outermost(await view.table())).reduce((sum, ns) => sum + ns, 0);
    const weights = spanfire("export", REQUESTS, "--to", "folded", "--stacks", "span", ...flags).trim().split("\n").map((line) => Number(line.split(" ").at(-1)));
    assert.equal(sum, weights.reduce((sum, ns) => sum + ns, 0), hash);
  }
  await view.close();
});

test("where nothing is left, the page says so", async () => {
  const view = await open(file, { hash: "#page=flame&focus=nothing-is-called-so" });
  assert.deepEqual(await view.table(), []);
  await view.close();
});
