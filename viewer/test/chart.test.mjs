// The chart of all threads.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, exactNs, open, report, spanfireJson } from "./harness.mjs";

after(close);
const file = report(REQUESTS);

test("a report opens offline without an error or a request", async () => {
  const view = await open(file);
  assert.equal(await view.page.title(), "requests.spanfire – spanfire");
  assert.ok((await view.table()).length > 100);
  await view.close();
});

test("zooming changes the address, and the address restores the view", async () => {
  const view = await open(file);
  await view.press("w", "w", "d");
  await view.until(() => location.hash.includes("view="), "the address");
  // It follows the state in a while, but at once where a page is left.
  await view.press("2", "1");
  const hash = await view.page.evaluate(() => location.hash);
  const shown = await view.table();
  const again = await open(file, { hash });
  assert.deepEqual(await again.table(), shown);
  await again.close();
  await view.press("0");
  await view.until(() => location.hash === "", "the address without a view");
  await view.close();
});

test("no more is drawn than there are pixels", async () => {
  const view = await open(file);
  const drawn = await view.page.evaluate(() => {
    const { dataset, width, height } = document.querySelector(".stage canvas");
    return { boxes: Number(dataset.boxes), most: width * Math.ceil(height / 18) };
  });
  assert.ok(drawn.boxes > 500 && drawn.boxes <= drawn.most, JSON.stringify(drawn));
  await view.close();
});

test("n and p go through what is found in a request, and around in it", async () => {
  const requests = spanfireJson("requests", REQUESTS);
  const view = await open(file, { hash: `#request=${requests[0].id}&search=^acquire$` });
  const expected = (await view.table()).filter((row) => row.span === "acquire").map((row) => exactNs(row.start)).sort((a, b) => a - b);
  const found = expected.length;
  assert.ok(found > 1, String(found));
  const starts = [];
  const press = async (key) => {
    const before = await view.page.evaluate(() => document.querySelector(".details dl")?.textContent ?? "");
    await view.press(key);
    await view.until((before) => (document.querySelector(".details dl")?.textContent ?? "") !== before, "another span", before);
    starts.push(exactNs(await view.page.locator(".details dt:text-is('start') + dd").textContent()));
  };
  for (let time = 0; time < found; time++) await press("n");
  assert.deepEqual(starts.map((ns) => ns - starts[0]), expected.map((ns) => ns - expected[0]));
  await press("n");
  assert.equal(starts.at(-1), starts[0]);
  await press("p");
  assert.equal(starts.at(-1), starts[found - 1]);
  assert.match(await view.page.locator(".heading").textContent(), new RegExp(`Request ${requests[0].id}`));
  await view.close();
});
