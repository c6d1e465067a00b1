// When a message that failed is tried again, and when its tries are used up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTryMs } from "../../src/model/retry.js";

const policy = { attempts: 4, firstMs: 100, longestMs: 150, windowMs: Number.POSITIVE_INFINITY };

test("each wait is twice as long, up to the longest, until the tries are used up", () => {
  const waits = [1, 2, 3, 4, 5].map((attempts) => nextTryMs(policy, { attempts, firstFailedAt: 0 }, 1_000_000));
  assert.deepEqual(waits, [100, 150, 150, undefined, undefined]);
});

test("the last try is at the end of the window", () => {
  const retry = { ...policy, attempts: Number.POSITIVE_INFINITY, windowMs: 1000 };
  const at = (now: number) => nextTryMs(retry, { attempts: 9, firstFailedAt: 5000 }, now);
  assert.deepEqual([at(5000), at(5950), at(6000), at(7000)], [150, 50, undefined, undefined]);
});
