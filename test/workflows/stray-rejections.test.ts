// Rejections that nobody handles.

import assert from "node:assert/strict";
import { test } from "node:test";
import { operationError } from "../../src/workflows/failures.js";
import { onStray } from "../../src/workflows/stray-rejections.js";

test("the failure of an operation that nobody handles ends no process, and any other one does as before", () => {
  const failure = operationError({ code: "STEP_FAILED", message: "down", terminal: true });
  assert.doesNotThrow(() => onStray(failure, 1));
  const other = new Error("other");
  assert.throws(() => onStray(other, 1), other);
  assert.throws(
    () => onStray(undefined, 1),
    (thrown) => thrown === undefined,
  );
  // Another listener decides over the rejections that are not ours.
  assert.doesNotThrow(() => onStray(other, 2));
});

test("so does an error that was made of such a failure", () => {
  const failure = operationError({ code: "STEP_FAILED", message: "down", terminal: true });
  assert.doesNotThrow(() => onStray(new Error("wrapped", { cause: new Error("again", { cause: failure }) }), 1));
  assert.doesNotThrow(() => onStray(new AggregateError([new Error("other"), failure]), 1));
  const circle: { cause?: unknown } = {};
  circle.cause = circle;
  assert.throws(() => onStray(circle, 1), circle);
});
