// Recordings of unusual shapes: hostile names, one span, great depth, many threads.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { folded, read, viewer } from "./columns.mjs";
import { close, open, report, shape, spanfire, spanfireJson } from "./harness.mjs";

after(close);

const PAGES = ["chart", "flame", "sandwich", "top", "span", "requests", "about"];

/** Goes through all pages of a report, in which nothing may go wrong. */
async function throughAllPages(view, more = "") {
  for (const page of PAGES) {
    await view.go(`#page=${page}${more}`);
    assert.equal(await view.page.evaluate(() => document.getElementById("page").dataset.page), page);
    await view.table();
  }
}

test("names and fields that are markup are shown as text and run nothing", async () => {
  const recording = shape("hostile");
  const view = await open(report(recording, "--title", "</title><script>document.title='broken'</script>"));
  await throughAllPages(view, "&search=img&site=0");
  await view.go("#page=chart");
  const rows = await view.table();
  assert.equal(rows[0].span, "<img src=x onerror=\"document.title='broken'\">");
  await view.go("#page=chart&span=0");
  const field = await view.page.evaluate(() => document.querySelector(".details dl").textContent);
  assert.ok(field.includes("</script><script>document.title='broken'</script>"));
  assert.ok(field.includes("18446744073709551615") && field.includes("-9223372036854775808"));
  assert.equal(await view.page.evaluate(() => document.images.length), 0);
  assert.ok(!(await view.page.title()).startsWith("broken"));
  await view.close();
});

test("one span, and one that never ran, have all pages", async () => {
  for (const name of ["one", "none"]) {
    const view = await open(report(shape(name)));
    await throughAllPages(view);
    await view.close();
  }
});

test("six hundred spans inside one another can be walked to the innermost", async () => {
  const recording = shape("deep", 600);
  const view = await open(report(recording));
  await throughAllPages(view);
  await view.go("#page=chart&scroll=100000");
  await view.press("ArrowUp", "ArrowDown");
  await view.close();
});

test("two thousand threads are drawn, no more of them than are in view", async () => {
  const view = await open(report(shape("threads", 2000)));
  await throughAllPages(view);
  await view.go("#page=chart&scroll=50000");
  const boxes = await view.page.evaluate(() => Number(document.querySelector(".stage canvas").dataset.boxes));
  assert.ok(boxes > 0 && boxes < 200, `${boxes} boxes`);
  await view.close();
});

test("spans that cross, wait, and are entered again are merged as the command merges them", async () => {
  const file = shape("crossed");
  const recording = await read(report(file));
  for (const stacks of ["thread", "span"]) {
    for (const weight of ["busy", "idle", "count"]) {
      const tree = viewer.sweep(recording, stacks, [0, Number.MAX_SAFE_INTEGER]);
      const lines = spanfire("export", file, "--to", "folded", "--stacks", stacks, "--weight", weight).trim().split("\n");
      assert.deepEqual(folded(recording, tree, weight), lines.filter((line) => line !== "").sort(), `${stacks} ${weight}`);
    }
  }
});

test("what is left out to keep a page small is said on every page", async () => {
  const recording = shape("uneven", 20_000);
  const view = await open(report(recording, "--max-spans", "2000"));
  const banner = await view.page.evaluate(() => document.querySelector(".banner").textContent);
  const [, left, bound] = banner.match(/^([\d,]+) spans shorter than (\S+ \S+) are left out/);
  assert.ok(Number(left.replaceAll(",", "")) >= 18_000, banner);
  assert.ok(bound.length > 0);
  const { spans } = spanfireJson("info", recording);
  await view.go("#page=top");
  const counted = (await view.table()).reduce((sum, row) => sum + Number((row.spans ?? row.count).replaceAll(",", "")), 0);
  assert.equal(counted, spans, "the table is over all spans");
  await view.close();
});

test("coarser times make a smaller page, and are said to be coarser", async () => {
  const recording = shape("uneven", 20_000);
  const sizes = ["1ns", "100ns", "1us"].map((resolution) => readFileSync(report(recording, "--resolution", resolution)).length);
  assert.ok(sizes[0] > sizes[1] && sizes[1] > sizes[2], String(sizes));
  const view = await open(report(recording, "--resolution", "1us"));
  assert.match(await view.page.evaluate(() => document.querySelector(".banner").textContent), /rounded to 1\.000 µs/);
  await view.close();
});

test("a page that was damaged says so", async () => {
  const file = report(shape("one"));
  const page = readFileSync(file, "latin1");
  const at = page.indexOf('x-spanfire">') + 60;
  writeFileSync(file, page.slice(0, at) + page.slice(at + 40), "latin1");
  const view = await open(file, { starts: false });
  await view.until(() => document.getElementById("message")?.textContent.includes("damaged"), "the reason");
});

test("spans that follow from others are linked, and instants show their fields", async () => {
  const view = await open(report(shape("linked", 3)));
  const produce = (await view.table()).findIndex((row) => row.span === "produce");
  await view.page.locator(".twin tbody tr").nth(produce).click();
  await view.settled();
  const links = (title) => view.page.locator(`.details h3:text-is("${title}") + .links button`);
  assert.deepEqual(await links("Followed by").allTextContents(), ["⇢ consume"]);
  const said = () => view.page.locator(".details .said dd").allTextContents();
  // What is said in a span inside it is that span's.
  const made = await said();
  assert.equal(made.length, 1);
  for (const part of ["number=0", "kind=<made>", "a thing is made"]) assert.ok(made[0].includes(part), made[0]);
  await links("Followed by").click();
  await view.settled();
  assert.match(await view.page.locator(".details h2").textContent(), /^consume/);
  assert.deepEqual(await links("Follows from").allTextContents(), ["⇠ produce"]);
  assert.ok((await said())[0].startsWith("it is used"));
  await links("Follows from").click();
  await view.settled();
  assert.match(await view.page.locator(".details h2").textContent(), /^produce/);
  await view.close();
});
