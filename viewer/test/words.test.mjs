// Words, colours and bins, without a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { viewer } from "./columns.mjs";

test("hostile names become one word of a folded stack, as the command has them", () => {
  const words = {
    "a;b": "a:b",
    "a\nb\r\0": "a\\nb\\r\\u{0}",
    "step 5": "step␣5",
    "step 5 6.5": "step 5␣6.5",
    "  both ends ": "␣␣both ends␣",
    " ": "␣",
    "\u{2003}5": "␣5",
    "": "(unnamed)",
    "# comment": "#␣comment",
    "kernel_[k]": "kernel_(k)",
  };
  assert.deepEqual(Object.fromEntries(Object.keys(words).map((name) => [name, viewer.foldedWord(name)])), words);
});

test("a change is a percentage and a large one a factor, as the command has them", () => {
  const said = [1.081, 0.97, 1, 1.0004, 0.9996, 9.99, 12.34, 0.001].map(viewer.ratioText);
  assert.deepEqual(said, ["+8.1 %", "−3.0 %", "0.0 %", "0.0 %", "0.0 %", "+899.0 %", "× 12.3", "−99.9 %"]);
});

test("more is red, less is blue, and what does not count is grey", () => {
  const colour = (before, after) => viewer.changeColour([before, after], 0.02, false).map(Math.round);
  assert.deepEqual(colour(10, 10.1), colour(10, 10));
  assert.deepEqual(colour(0, 0), colour(10, 10));
  assert.deepEqual(colour(10, 20), colour(10, 50));
  assert.deepEqual(colour(0, 1), colour(10, 20));
  assert.deepEqual(colour(20, 0), colour(20, 10));
  const [red, , blue] = colour(10, 20);
  assert.ok(red > blue);
  const [less, , more] = colour(20, 10);
  assert.ok(more > less);
});

test("bins hold every duration, however many there are and however long", () => {
  for (const values of [[], [0], [1], [5, 5, 5], [1, 1e12], Array.from({ length: 1000 }, (_, at) => at * at)]) {
    const bins = viewer.binsOf({ values: Float64Array.from(values) }, 100);
    assert.equal(bins.count.reduce((sum, count) => sum + count, 0), values.length);
    assert.equal(bins.time.reduce((sum, ns) => sum + ns, 0), values.reduce((sum, ns) => sum + ns, 0));
    for (const ns of values) {
      const edge = (bin) => 10 ** (bins.from + bin / bins.perDecade);
      const bin = viewer.binAt(bins, ns);
      assert.ok(Math.max(1, ns) >= edge(bin) * 0.999 && Math.max(1, ns) <= edge(bin + 1) * 1.001, `${ns} in ${bin}`);
    }
  }
});
