// What holds on every page.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BEFORE, REQUESTS, close, comparison, open } from "./harness.mjs";
import { rewrite } from "./rewriting.mjs";

after(close);

const PAGES = ["chart", "flame", "sandwich", "top", "span", "requests", "diff", "about"];
const file = comparison(BEFORE, REQUESTS);

const HOSTILE = [
  '</script><script>window.obeyed = 1</script>',
  '<img src=x onerror="window.obeyed = 1">',
  "a;b\nc\r\u0000\u001b[31m",
  "\u202egnirts\ufffe&amp;&",
  "",
  " 5",
  "long_".repeat(120),
];

/** Every text of a head, or of a diff. */
function makeHostile(json) {
  const hostile = (at) => `${HOSTILE[at % HOSTILE.length]}`;
  for (const [at, site] of (json.callsites ?? json.frames).entries()) {
    site.name = hostile(at);
    site.target = hostile(at + 3);
    if (site.file) site.file = hostile(at + 1);
  }
  if (!json.lanes) return;
  json.title = hostile(1);
  json.lanes.forEach((lane, at) => (lane.label = hostile(at)));
  json.info.lanes.forEach((lane, at) => (lane.label = hostile(at)));
  json.info.process.arguments = HOSTILE;
  json.fields.forEach((field, at) => {
    field.name = hostile(at);
    field.texts = field.texts.map((_, index) => hostile(index));
  });
}

/** Waits for the twin, and says what is wrong with what is shown. */
async function wrongs(view) {
  await view.table();
  return await view.page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    const wrong = [];
    if (scrollWidth > innerWidth) wrong.push(`${scrollWidth - innerWidth} pixels too wide`);
    if (window.obeyed) wrong.push("a name was obeyed");
    if (document.querySelector("main img, main script, main iframe")) wrong.push("a name became an element");
    if (!document.querySelector(".twin caption")) wrong.push("no table");
    return wrong;
  });
}

for (const page of PAGES) {
  test(`${page}: hostile names are text, and take no more room than there is`, async () => {
    const hostile = await rewrite(comparison(BEFORE, REQUESTS), makeHostile);
    const view = await open(hostile, { hash: `#page=${page}&request=2&search=o`, width: 1100 });
    assert.equal(await view.page.locator("main").getAttribute("data-page"), page);
    assert.deepEqual(await wrongs(view), []);
    await view.press("ArrowDown", "ArrowDown", "ArrowRight", "Enter");
    await view.press("?");
    assert.deepEqual(await wrongs(view), []);
    await view.close();
  });

  test(`${page}: where nothing is selected, it says so`, async () => {
    for (const hash of ["range=1-2", "focus=nothing-is-called-so", "search=nothing-is-called-so", "lengths=1-2"]) {
      const view = await open(file, { hash: `#page=${page}&${hash}`, colorScheme: "dark" });
      assert.deepEqual(await wrongs(view), [], hash);
      await view.press("ArrowDown", "ArrowUp", "ArrowLeft", "Enter", "j", "w");
      await view.close();
    }
  });

  test(`${page}: a state of no sense is shown as one that has some`, async () => {
    const nonsense = "site=99999&request=-3&compare=88&zoom=7.7.x&detail=%00&sort=-nothing&kind=none&range=5-3&lengths=x&stacks=up&threshold=-9";
    const view = await open(file, { hash: `#page=${page}&${nonsense}` });
    assert.deepEqual(await wrongs(view), []);
    await view.close();
  });
}

test("every page lists its keys, and is reached by a number", async () => {
  const view = await open(file);
  for (const [at, page] of PAGES.entries()) {
    await view.press(String(at + 1));
    assert.equal(await view.page.locator("main").getAttribute("data-page"), page);
    await view.press("?");
    const listed = await view.page.locator("dialog.keys h2").allTextContents();
    assert.equal(listed.includes("This page"), page !== "about", page);
    await view.press("Escape");
  }
  await view.close();
});

test("the bar over the pages is one line whose parts do not overlap, however narrow and long", async () => {
  const long = await rewrite(comparison(BEFORE, REQUESTS), (json) => {
    if (json.title !== undefined) json.title = "a name that is long ".repeat(20);
  });
  for (const width of [1024, 1180, 1280, 1440, 1920]) {
    const view = await open(long, { hash: "#page=flame&search=s&range=50000000-250000000", width });
    await view.until(() => document.querySelector("header .found").textContent !== "", "what is found");
    const bar = await view.page.evaluate(() => {
      const header = document.querySelector("header");
      const parts = [...header.children].filter((part) => part.getBoundingClientRect().width > 0).map((part) => part.getBoundingClientRect());
      const { title, textContent } = header.querySelector(".title");
      return { height: header.clientHeight, parts: parts.map(({ left, right, top, bottom }) => ({ left, right, top, bottom })), isTold: title === textContent };
    });
    assert.ok(bar.height < 50, `${width}: ${bar.height}`);
    assert.ok(bar.isTold);
    bar.parts.forEach(({ left, right, top, bottom }, at) => {
      assert.ok(left >= (bar.parts[at - 1]?.right ?? 0) && right <= width && top >= 0 && bottom <= bar.height, `${width}: ${JSON.stringify(bar.parts)}`);
    });
    await view.close();
  }
});
