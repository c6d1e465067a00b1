// Waiting for something, but not longer than a limit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { within } from "../../src/engine/within.js";

test("the wait ends with the promise, and leaves no timer; or with the time", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await within(Promise.resolve(), 1000);
  let ended = false;
  const waited = within(new Promise(() => {}), 1000).then(() => {
    ended = true;
  });
  t.mock.timers.tick(999);
  await new Promise(setImmediate);
  assert.equal(ended, false);
  t.mock.timers.tick(1);
  await waited;
});
