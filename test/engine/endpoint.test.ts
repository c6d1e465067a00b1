// Why an endpoint has no answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NoAnswer } from "../../src/engine/endpoint.js";
import { StatefunError } from "../../src/errors.js";

test("a call without an answer is ENDPOINT_UNREACHABLE, says whether there was a connection, and keeps its cause", () => {
  const cause = new Error("ECONNREFUSED");
  const failure = new NoAnswer(false, "http://…: refused", { cause });
  assert.ok(failure instanceof StatefunError);
  assert.deepEqual([failure.code, failure.connected, failure.cause], ["ENDPOINT_UNREACHABLE", false, cause]);
  assert.equal(new NoAnswer(true, "503").connected, true);
});
