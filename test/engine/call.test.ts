// A call in flight: its end is reported once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Call } from "../../src/engine/call.js";
import { answered, type CallOutcome, givenUp } from "../../src/engine/call-outcome.js";

test("the first end of a call counts, and no other", () => {
  const ends: CallOutcome[] = [];
  const call = new Call(3, (outcome) => ends.push(outcome));
  assert.equal(call.over, false);
  call.end(givenUp);
  call.end(answered);
  assert.equal(call.over, true);
  assert.deepEqual(ends, [givenUp]);
});
