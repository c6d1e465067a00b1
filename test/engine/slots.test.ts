// Entries under numbers: found, removed, and many at once beside some that stay.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Slots } from "../../src/engine/slots.js";

/** Adds an entry under the next number. */
function added(slots: Slots<{ number: number }>) {
  const entry = { number: slots.next() };
  slots.add(entry);
  return entry;
}

test("an entry is found under its number until it is removed", () => {
  const slots = new Slots<{ number: number }>();
  const [one, two] = [added(slots), added(slots)];
  assert.equal(slots.get(one.number), one);
  slots.remove(one);
  assert.equal(slots.get(one.number), undefined);
  assert.deepEqual([...slots], [two]);
});

test("a number is never given to two entries, however many come and go beside those that stay", () => {
  const slots = new Slots<{ number: number }>();
  const stay = Array.from({ length: 200 }, () => added(slots));
  const numbers = new Set(stay.map(({ number }) => number));
  for (let round = 1; round <= 10_000; round++) {
    const entry = added(slots);
    numbers.add(entry.number);
    assert.equal(slots.get(entry.number), entry);
    slots.remove(entry);
  }
  assert.equal(numbers.size, 10_200);
  for (const entry of stay) assert.equal(slots.get(entry.number), entry);
  assert.deepEqual(new Set(slots), new Set(stay));
});

test("an entry whose number was taken long before it is added has a slot of its own", () => {
  const slots = new Slots<{ number: number }>();
  const late = { number: slots.next() };
  const others = Array.from({ length: 1_000 }, () => added(slots));
  slots.add(late);
  for (const entry of [late, ...others]) assert.equal(slots.get(entry.number), entry);
});
