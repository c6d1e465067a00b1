// How often something may happen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Rate } from "../../src/engine/rate.js";

/** How often it may happen at one moment. */
const timesAt = (rate: Rate, nowMs: number) => {
  let times = 0;
  while (rate.takes(nowMs)) times += 1;
  return times;
};

test("so many times may come at once, and so many in each second", () => {
  const rate = new Rate(100);
  assert.equal(timesAt(rate, 5_000), 100);
  assert.equal(timesAt(rate, 5_100), 10);
  assert.equal(timesAt(rate, 6_100), 100);
  assert.equal(timesAt(rate, 1_000_000), 100, "a long quiet time saves no more than a second's");
});

test("what costs more leaves room for less", () => {
  const rate = new Rate(100);
  for (let count = 0; count < 10; count++) assert.equal(rate.takes(0, 10), true);
  assert.equal(rate.takes(0), false);
  assert.equal(rate.takes(0, 10), false);
  assert.equal(rate.takes(1_000), true);
});
