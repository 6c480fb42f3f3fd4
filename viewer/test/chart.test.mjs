// The chart of all threads.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, open, report } from "./harness.mjs";

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
