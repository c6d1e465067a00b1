import assert from "node:assert/strict";
import { test } from "node:test";
import { ArrivalTimes } from "../../src/engine/arrival-times.js";
import { ordered } from "../../src/engine/keys.js";

const key = (number: number) => `any prefix ${ordered(number)}`;

test("a key tells the time at which its number was the last one, to about a second", () => {
  const arrivals = new ArrivalTimes(100, 1_000);
  arrivals.note(110, 5_000);
  arrivals.note(115, 5_500);
  arrivals.note(120, 9_000);
  assert.deepEqual(
    [100, 110, 111, 120, 121].map((number) => arrivals.of(key(number))),
    [5_000, 5_000, 5_000, 9_000, undefined],
  );
});

test("what is from before the start counts from the start", () => {
  const arrivals = new ArrivalTimes(100, 1_000);
  arrivals.note(200, 5_000);
  assert.equal(arrivals.of(key(99)), 1_000);
});

test("a year of notes takes bounded memory, and lately noted times stay exact", () => {
  const arrivals = new ArrivalTimes(0, 0);
  for (let second = 1; second <= 100_000; second++) arrivals.note(second, second * 1_000);
  const errors = [100_000, 99_900, 50_000, 1].map((second) => (arrivals.of(key(second)) as number) - second * 1_000);
  assert.deepEqual(errors.slice(0, 2), [0, 0]);
  assert.ok(
    errors.every((error) => error >= 0 && error < 100_000_000),
    `${errors}`,
  );
});
