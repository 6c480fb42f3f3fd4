// Two recordings compared.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BEFORE, REQUESTS, close, comparison, downloaded, exactNs, open, shown, spanfireJson } from "./harness.mjs";

after(close);
const file = comparison(BEFORE, REQUESTS);
const said = spanfireJson("diff", BEFORE, REQUESTS);

function byName(rows) {
  return Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest]));
}

test("every name has the command's numbers and verdicts", async () => {
  const view = await open(file, { hash: "#page=diff" });
  const ours = (await view.table()).map((row) => ({
    name: row.name,
    verdict: row.verdict,
    spans: [Number(row["spans before"].replaceAll(",", "")), Number(row["spans after"].replaceAll(",", ""))],
    total: [exactNs(row.before), exactNs(row.after)],
    ...Object.fromEntries(["mean", "p50", "p99"].map((of) => [of, [exactNs(row[`${of} before`]), exactNs(row[`${of} after`]), row[`${of} verdict`]]])),
  }));
  const theirs = said.names.map((row) => ({
    name: row.name,
    verdict: row.verdict,
    spans: [row.spans_before, row.spans_after],
    total: [row.busy_before_ns, row.busy_after_ns],
    ...Object.fromEntries(["mean", "p50", "p99"].map((of) => [of, [row.measures[of].before_ns, row.measures[of].after_ns, row.measures[of].verdict]])),
  }));
  assert.deepEqual(byName(ours), byName(theirs));
  await view.close();
});

test("self is compared by its own measure", async () => {
  const view = await open(file, { hash: "#page=diff&compared=self" });
  const ours = (await view.table()).map((row) => ({ name: row.name, verdict: row.verdict, self: [exactNs(row.before), exactNs(row.after)] }));
  const theirs = said.names.map((row) => ({ name: row.name, verdict: row.measures.mean_self.verdict, self: [row.self_before_ns, row.self_after_ns] }));
  assert.deepEqual(byName(ours), byName(theirs));
  await view.close();
});

test("the whole of both sides is what the command says", async () => {
  const view = await open(file, { hash: "#page=diff" });
  const text = await view.page.locator(".bar .total").textContent();
  assert.ok(text.startsWith(`${shown(said.before.total_ns)} → ${shown(said.after.total_ns)} (`), text);
  await view.close();
});

test("what is compared, widths, threshold and zoom are in the address and come back", async () => {
  const view = await open(file, { hash: "#page=diff" });
  await view.press("b", "v", "r");
  await view.press("ArrowDown", "ArrowDown", "Enter");
  await view.page.locator("input.threshold").fill("10");
  await view.until(() => ["compared=self", "side=before", "reversed=true", "zoom=", "threshold=10"].every((part) => location.hash.includes(part)), "the address");
  const hash = await view.page.evaluate(() => location.hash);
  const again = await open(file, { hash });
  assert.deepEqual(await again.table(), await view.table());
  assert.deepEqual(await again.page.locator(".crumbs button").allTextContents(), await view.page.locator(".crumbs button").allTextContents());
  assert.equal(await again.page.locator("input.threshold").inputValue(), "10");
  await again.close();
  await view.close();
});

test("a search leaves names, and a name leads to its spans", async () => {
  const view = await open(file, { hash: "#page=diff&search=^rank$" });
  assert.deepEqual((await view.table()).map((row) => row.name), ["rank"]);
  await view.page.locator(".datatable tbody tr").first().dblclick();
  await view.until(() => document.querySelector("main").dataset.page === "span", "the spans");
  assert.equal(await view.page.locator(".names tr.chosen td").first().textContent(), "rank");
  await view.close();
});

test("the picture is saved as SVG", async () => {
  const view = await open(file, { hash: "#page=diff" });
  assert.match(await downloaded(view, "SVG"), /^<svg [^]*<\/svg>\n$/);
  await view.close();
});
