import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefunError } from "../../src/errors.ts";
import { guarded, type Logger, logFailure } from "../../src/model/logger.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

const levelOf = (thrown: unknown) => {
  const logger = new RecordingLogger();
  logFailure(logger, thrown);
  return logger.entries.map(({ level }) => level);
};

test("a fault of the request is a warning", () => {
  assert.deepEqual(levelOf(new StatefunError("REQUEST_EMPTY", "empty")), ["warn"]);
});

test("a failure of a function, of the server, or without a code is an error", () => {
  assert.deepEqual(levelOf(new StatefunError("HANDLER_FAILED", "failed")), ["error"]);
  assert.deepEqual(levelOf(new StatefunError("BODY_CONSUMED", "consumed")), ["error"]);
  assert.deepEqual(levelOf(new TypeError("failed")), ["error"]);
  assert.deepEqual(levelOf("a text"), ["error"]);
});

test("a failure is logged as one line, with the error as it was thrown", () => {
  const logger = new RecordingLogger();
  const error = new StatefunError("HANDLER_FAILED", "first\nsecond\u001b[2J");
  logFailure(logger, error);
  assert.deepEqual(logger.entries, [{ level: "error", line: "HANDLER_FAILED: first\\nsecond\\u001b[2J", error }]);
});

test("a guarded logger never fails, whether the logger throws or rejects", async (t) => {
  const written = t.mock.method(console, "error", () => {});
  const failing = {
    error: () => Promise.reject(new Error("later")),
    warn: () => {
      throw new Error("at once");
    },
  } as Logger;
  const logger = guarded(failing);
  logger.error("one", new Error("cause"));
  logger.warn("two", new Error("cause"));
  await undefined;
  await undefined;
  assert.equal(written.mock.callCount(), 2);
});
