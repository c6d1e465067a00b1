import assert from "node:assert/strict";
import { test } from "node:test";
import { Labelled, mostLabels, otherLabel } from "../../src/engine/labelled.js";

test("each name has its own numbers, and names beyond the bound share one label", () => {
  const labelled = new Labelled(() => ({ count: 0 }), 2);
  for (const name of ["a", "b", "c", "d", "a"]) labelled.of(name).count += 1;
  assert.deepEqual(
    [...labelled],
    [
      ["a", { count: 2 }],
      ["b", { count: 1 }],
      [otherLabel, { count: 2 }],
    ],
  );
  assert.deepEqual(
    ["a", "c", "unknown"].map((name) => labelled.has(name)),
    [true, false, false],
  );
});

test("there are a hundred labels, and the one that the others share", () => {
  const labelled = new Labelled(() => ({}));
  for (let index = 0; index < 10 * mostLabels; index++) labelled.of(`ns/f${index}`);
  assert.equal([...labelled].length, 101);
});

test("a name that is very long shares the label of the others", () => {
  const labelled = new Labelled(() => ({}));
  for (const length of [256, 257, 100_000]) labelled.of("x".repeat(length));
  assert.deepEqual(
    [...labelled].map(([label]) => label.length),
    [256, otherLabel.length],
  );
});
