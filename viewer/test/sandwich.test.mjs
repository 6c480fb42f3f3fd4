// Callers and callees.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { REQUESTS, close, exactNs, open, report, spanfire, spanfireJson } from "./harness.mjs";

after(close);
const file = report(REQUESTS);

async function choose(view, name) {
  await view.page.locator(".names td.text", { hasText: new RegExp(`^${name}$`) }).click();
  await view.settled();
}

/** The command's stacks: frames and weight. */
function stacks(...flags) {
  const lines = spanfire("export", REQUESTS, "--to", "folded", ...flags).trim().split("\n");
  return lines.map((line) => ({ frames: line.slice(0, line.lastIndexOf(" ")).split(";"), ns: Number(line.slice(line.lastIndexOf(" ") + 1)) }));
}

function sum(rows) {
  return rows.reduce((sum, { ns }) => sum + ns, 0);
}

test("both sides weigh what the name has in all, recursion counted once", async () => {
  const view = await open(file, { hash: "#page=sandwich" });
  for (const { name, nonreentrant_ns } of spanfireJson("top", REQUESTS).slice(0, 12)) {
    await choose(view, name);
    const rows = (await view.table()).filter((row) => row.level === 1);
    assert.deepEqual(rows.map((row) => [row.side, exactNs(row.total)]), [["caller", nonreentrant_ns], ["callee", nonreentrant_ns]], name);
  }
  await view.close();
});

test("callers and callees are those of the command's stacks", async () => {
  const view = await open(file, { hash: "#page=sandwich&stacks=span" });
  await choose(view, "acquire");
  const all = stacks("--stacks", "span").filter(({ frames }) => frames.includes("acquire"));
  const expected = {};
  for (const { frames, ns } of all) {
    const caller = frames[frames.indexOf("acquire") - 1];
    if (caller) expected[caller] = (expected[caller] ?? 0) + ns;
  }
  const rows = (await view.table()).filter((row) => row.side === "caller" && row.level === 2);
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.frame, exactNs(row.total)])), expected);
  assert.equal(rows.reduce((sum, row) => sum + exactNs(row.total), 0), sum(all));
  await view.close();
});

test("j and k walk through the names, and a click on a caller goes to it", async () => {
  const view = await open(file, { hash: "#page=sandwich&stacks=span" });
  await choose(view, "find_reviews");
  await view.page.locator(".callers canvas").click({ position: { x: 200, y: 40 } });
  await view.settled();
  assert.equal(await view.page.locator(".names tr.chosen td").first().textContent(), "search");
  await view.press("k");
  assert.notEqual(await view.page.locator(".names tr.chosen td").first().textContent(), "search");
  await view.close();
});
