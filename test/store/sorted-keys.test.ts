// Keys in the order of their UTF-8 bytes, beside a sorted array.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SortedKeys } from "../../src/store/sorted-keys.js";
import { randomOf } from "../support/random.js";

const inBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const last = "\u{10ffff}";

test("keys come in the order of their UTF-8 bytes, where JavaScript's order is another", () => {
  const keys = ["a", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "😀", "a😀", "a\uffff"];
  const sorted = new SortedKeys();
  for (const key of keys) sorted.add(key);
  assert.deepEqual(sorted.range("", last, 100), [...keys].sort(inBytes));
  assert.notDeepEqual([...keys].sort(inBytes), [...keys].sort());
});

test("a range has its start, not its end, and no more keys than its limit", () => {
  const sorted = new SortedKeys();
  for (const key of ["a", "b", "c", "d"]) sorted.add(key);
  assert.deepEqual(sorted.range("b", "d", 100), ["b", "c"]);
  assert.deepEqual(sorted.range("b", "d", 1), ["b"]);
  assert.deepEqual(sorted.range("aa", "ab", 100), []);
  assert.deepEqual(sorted.range("d", "a", 100), []);
  assert.deepEqual(sorted.range("", last, 0), []);
});

test("random keys, added and deleted by the thousands, are what a sorted array holds", (t) => {
  const random = randomOf(t);
  const sorted = new SortedKeys();
  const model = new Set<string>();
  for (let step = 0; step < 5_000; step++) {
    const key = `${random.below(2_000)}${random.text(2)}`;
    if (model.has(key)) {
      model.delete(key);
      sorted.delete(key);
    } else {
      model.add(key);
      sorted.add(key);
    }
  }
  const all = [...model].sort(inBytes);
  assert.deepEqual(sorted.range("", last, 10_000), all);
  for (let round = 0; round < 50; round++) {
    const [from, to] = [random.pick(all), random.pick(all)];
    const limit = random.below(300);
    const expected = all.filter((key) => inBytes(key, from) >= 0 && inBytes(key, to) < 0).slice(0, limit);
    assert.deepEqual(sorted.range(from, to, limit), expected);
  }
  for (const key of all) sorted.delete(key);
  assert.deepEqual(sorted.range("", last, 10), []);
});
