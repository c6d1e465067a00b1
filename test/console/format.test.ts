// Numbers, times and sizes as texts for people.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, formatAge, formatBytes, formatCompact, formatMs, formatRate } from "../../console/ui/format.js";

test("a length of time has the units that tell something", () => {
  const texts = [0, 0.04, 3.24, 840.4, 1234, 59_999, 60_000, 245_000, 3_600_000, 183_600_000].map(formatMs);
  assert.deepEqual(texts, [
    "0 ms",
    "0.04 ms",
    "3.2 ms",
    "840 ms",
    "1.2 s",
    "1 min",
    "1 min",
    "4 min 5 s",
    "1 h",
    "2 d 3 h",
  ]);
});

test("an age has one unit, and none is below zero", () => {
  assert.deepEqual([-5, 999, 61_000, 90_000_000].map(formatAge), ["0 s", "0 s", "1 min", "1 d"]);
});

test("rates, counts and bytes", () => {
  assert.deepEqual([0, 0.25, 3.14, 12.6, 1234.5].map(formatRate), ["0", "0.25", "3.1", "13", "1,235"]);
  assert.deepEqual([9999, 1_234_567].map(formatCompact), ["9,999", "1.2M"]);
  assert.deepEqual([0, 1023, 1024, 262_144, 52_428_800].map(formatBytes), [
    "0 B",
    "1023 B",
    "1 KiB",
    "256 KiB",
    "50 MiB",
  ]);
  assert.deepEqual([countOf(1, "address", "addresses"), countOf(1200, "run")], ["1 address", "1,200 runs"]);
});
