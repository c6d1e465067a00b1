// Whose failure a failed call is. Its origin and its type decide, and never its code.

import assert from "node:assert/strict";
import { test } from "node:test";
import { refusedCall, rejectedCall } from "../../src/engine/call-outcome.js";
import { NoAnswer } from "../../src/engine/endpoint.js";
import { StoreFailure } from "../../src/engine/logging-store.js";
import { type ErrorCode, errors, StatefunError } from "../../src/errors.js";

test("a call without a connection is unreachable, one that got no answer is unanswered", () => {
  assert.equal(rejectedCall(new NoAnswer(false, "refused")).kind, "unreachable");
  assert.equal(rejectedCall(new NoAnswer(true, "503")).kind, "unanswered");
});

test("an endpoint's rejection with any code is a failure of its function", () => {
  for (const code of Object.keys(errors) as ErrorCode[]) {
    assert.equal(rejectedCall(new StatefunError(code, "thrown by a handler")).kind, "failed", code);
  }
  assert.equal(rejectedCall(new StoreFailure("STORE_FULL", "of another engine")).kind, "failed");
  assert.equal(rejectedCall("text").error.code, "ENDPOINT_FAILED");
});

test("an answer that can't be applied is the function's failure, unless the store could not be read", () => {
  assert.equal(refusedCall(new StatefunError("STORE_FULL", "in an answer")).kind, "failed");
  assert.equal(refusedCall(new StoreFailure("STORE_FAILED", "a read")).kind, "storeFailed");
});
