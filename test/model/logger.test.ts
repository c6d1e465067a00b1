import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "node:util";
import { StatefunError } from "../../src/errors.ts";
import { defaultLogger, guarded, type Logger, logFailure } from "../../src/model/logger.ts";
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

test("control characters are escaped on stderr, in the line and in the cause", (t) => {
  const written: string[] = [];
  for (const method of ["error", "warn"] as const) {
    t.mock.method(console, method, (...values: unknown[]) => void written.push(format(...values)));
  }
  const hostile = "\u001b[2J\u009b31m\u007f\u202e\u2066";
  const deepest = new AggregateError([new Error(`behind ${hostile}`)], hostile);
  const failed = (cause: unknown) => new StatefunError("HANDLER_FAILED", hostile, { cause });
  for (const cause of [new Error(hostile, { cause: deepest }), hostile, undefined])
    logFailure(defaultLogger, failed(cause));
  guarded(defaultLogger).warn(`one ${hostile}\nline`, new Error("cause"));
  assert.equal(written.length, 4);
  for (const text of written) assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Bidi_Control}/u);
  assert.match(written[0] as string, /logger\.test[\s\S]*behind/);
  assert.equal(written[3]?.includes("\n"), false);
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
