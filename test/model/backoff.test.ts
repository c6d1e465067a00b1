import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs, jittered } from "../../src/model/backoff.ts";

const backoff = { firstMs: 100, longestMs: 1_000 };

test("a wait doubles with each failure, up to the longest", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 2_000].map((failures) => backoffMs(backoff, failures)),
    [100, 200, 400, 800, 1_000, 1_000, 1_000],
  );
});

test("a jittered wait is between half of the wait and one and a half", () => {
  for (let round = 0; round < 1_000; round++) {
    const waitMs = jittered(100);
    assert.ok(waitMs >= 50 && waitMs < 150, String(waitMs));
  }
});
