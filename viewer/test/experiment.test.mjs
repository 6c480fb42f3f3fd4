// What measuring costs the program, in a report beside its recording.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, test } from "node:test";
import { REQUESTS, close, downloaded, open, report, spanfire } from "./harness.mjs";

after(close);

const cost = report(REQUESTS).replace(/html$/, "json");
after(() => rmSync(cost, { force: true }));
spanfire("overhead", "--rounds", "5", "--arms", "on", "-o", cost, "--", "true");
const file = report(REQUESTS, "--experiment", cost);

for (const colorScheme of ["light", "dark"]) {
  test(`the picture is there, in the viewer's ${colorScheme} colours, with its table`, async () => {
    const view = await open(file, { hash: "#page=experiment", width: 700, colorScheme });
    const seen = await view.page.evaluate(() => {
      const text = document.querySelector(".experiment svg .headline");
      return [text.textContent, getComputedStyle(text).fill === getComputedStyle(document.body).color, document.documentElement.scrollWidth <= innerWidth];
    });
    assert.deepEqual(seen, ["What measuring costs true", true, true]);
    const rows = await view.table();
    assert.deepEqual(rows.map((row) => row.arm), ["off", "off again"]);
    assert.match(rows[1]["wall time"], /chance/);
    const saved = await downloaded(view, "SVG");
    assert.ok(saved.startsWith("<svg ") && saved.includes("<style>"));
    await view.close();
  });
}

test("a report without an experiment has no such page", async () => {
  const view = await open(report(REQUESTS), { hash: "#page=experiment" });
  assert.equal(await view.page.locator("main").getAttribute("data-page"), "chart");
  await view.close();
});
