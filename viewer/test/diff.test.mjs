// Two recordings compared.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BEFORE, REQUESTS, close, comparison, downloaded, exactNs, open, shape, shown, spanfireJson } from "./harness.mjs";

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

/** What is compared of each name, as the command says it. */
function plain(names) {
  return byName(names.map((row) => ({
    name: row.name,
    spans: [row.spans_before, row.spans_after],
    total: [row.busy_before_ns, row.busy_after_ns],
    ...Object.fromEntries(["mean", "p50", "p99"].map((of) => [of, [row.measures[of].before_ns, row.measures[of].after_ns]])),
  })));
}

/** The same, and the verdicts, as the page shows it. */
async function shownNames(view) {
  const rows = await view.table();
  const pair = (row, of) => [exactNs(row[`${of} before`]), exactNs(row[`${of} after`])];
  const names = byName(rows.map((row) => ({
    name: row.name,
    spans: [Number(row["spans before"].replaceAll(",", "")), Number(row["spans after"].replaceAll(",", ""))],
    total: [exactNs(row.before), exactNs(row.after)],
    ...Object.fromEntries(["mean", "p50", "p99"].map((of) => [of, pair(row, of)])),
  })));
  return { names, verdicts: Object.fromEntries(rows.map((row) => [row.name, row.verdict])) };
}

for (const [what, hash, flags] of [
  ["a selected time", "range=50000000-250000000", ["--from", "50000000ns", "--to", "250000000ns"]],
  ["what is in focus", "focus=^search$", ["--focus", "^search$"]],
  ["both", "range=50000000-250000000&ignore=^acquire$", ["--from", "50000000ns", "--to", "250000000ns", "--ignore", "^acquire$"]],
]) {
  test(`of ${what} the page compares what the command does, and says that it does not test it`, async () => {
    const view = await open(file, { hash: `#page=diff&${hash}` });
    const { names, verdicts } = await shownNames(view);
    const part = spanfireJson("diff", BEFORE, REQUESTS, ...flags);
    assert.deepEqual(names, plain(part.names));
    for (const { name, verdict } of part.names) {
      assert.equal(verdicts[name], verdict === "new" || verdict === "gone" ? verdict : "untested", name);
    }
    const total = await view.page.locator(".bar .total").textContent();
    assert.ok(total.startsWith(`${shown(part.before.total_ns)} → ${shown(part.after.total_ns)} (`), total);
    assert.match(await view.page.locator(".bar .hint").textContent(), /the test is for all of both recordings/);
    await view.close();
  });
}

test("of several recordings a side all of the time is compared, and the page says so", async () => {
  const several = comparison(BEFORE, REQUESTS, "--before", REQUESTS);
  const view = await open(several, { hash: "#page=diff&range=50000000-250000000" });
  const { names } = await shownNames(view);
  const whole = await open(several, { hash: "#page=diff" });
  assert.deepEqual(names, (await shownNames(whole)).names);
  assert.equal(await view.page.locator(".bar .hint").textContent(), "All of the time of 2 and 1 recordings is compared, not what is selected");
  await whole.close();
  await view.close();
});

test("two different programs have everything new and gone", async () => {
  const [before, after] = [shape("crossed"), shape("threads", 3)];
  const view = await open(comparison(before, after), { hash: "#page=diff" });
  const { names, verdicts } = await shownNames(view);
  assert.deepEqual(verdicts, { outer: "gone", inner: "gone", after: "gone", task: "gone", work: "new", part: "new" });
  assert.deepEqual(names, plain(spanfireJson("diff", before, after).names));
  for (const [side, expected] of [["after", ["work (new)"]], ["before", ["outer (gone)"]]]) {
    await view.go(`#page=diff&side=${side}`);
    const picture = await downloaded(view, "SVG");
    for (const label of expected) assert.ok(picture.includes(`>${label}<`), `${side}: ${label}`);
  }
  // What is of one side alone in a part is so as well.
  await view.go("#page=diff&focus=^work$");
  assert.deepEqual((await shownNames(view)).verdicts, { work: "new", part: "new" });
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
