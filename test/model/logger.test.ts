import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { format } from "node:util";
import { pino } from "pino";
import winston from "winston";
import { StatefunError } from "../../src/errors.ts";
import {
  defaultLogger,
  guarded,
  type LogFields,
  type Logger,
  logFailure,
  loggerOption,
} from "../../src/model/logger.ts";
import { throwsCode } from "../support/expect-code.ts";
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
  const fields = { code: "HANDLER_FAILED" };
  const line = "HANDLER_FAILED: first\\nsecond\\u001b[2J";
  assert.deepEqual(logger.entries, [{ level: "error", line, error, fields }]);
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

/** A failure of a handler: what was thrown is the cause. */
const failed = (text: string) => new StatefunError("HANDLER_FAILED", text, { cause: new TypeError("what was thrown") });
const fields = { function: "shop/cart", id: "bob", attempt: 2 };

/** A stream that keeps the JSON documents which are written to it, one a line. */
function jsonLines() {
  const written: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      for (const line of String(chunk).split("\n")) if (line !== "") written.push(JSON.parse(line));
      done();
    },
  });
  return { written, stream };
}

test("a logger of pino gets the fields first, and what was thrown as its err", () => {
  const { written, stream } = jsonLines();
  const logger: Logger = guarded(pino({}, stream));
  const [once, again] = ["once", "again"].map(failed) as Error[] as [Error, Error];
  logger.warn("100%s of it failed", once, fields);
  logger.error("it failed again", again, { ...fields, attempt: 3 });
  const [first, second] = written as [Record<string, unknown>, Record<string, unknown>];
  assert.deepEqual(
    [first.level, first.msg, first.code, first.function, first.id, first.attempt],
    [40, "100%s of it failed", "HANDLER_FAILED", "shop/cart", "bob", 2],
  );
  assert.match((first.err as { stack: string }).stack, /^TypeError: what was thrown\n {4}at .*logger\.test/);
  assert.deepEqual([second.level, second.attempt, second.err], [50, 3, undefined]);
});

test("a logger of winston gets one entry with the fields, whatever the line holds", () => {
  const { written, stream } = jsonLines();
  const logger: Logger = guarded(winston.createLogger({ transports: [new winston.transports.Stream({ stream })] }));
  const [once, again] = ["once", "again"].map(failed) as Error[] as [Error, Error];
  logger.warn("100%s of it failed", once, fields);
  logger.error("it failed again", again, { ...fields, attempt: 3 });
  const [{ stack, ...first }, second] = written as [Record<string, unknown>, Record<string, unknown>];
  assert.match(stack as string, /^TypeError: what was thrown\n {4}at .*logger\.test/);
  assert.deepEqual(first, { level: "warn", message: "100%s of it failed", code: "HANDLER_FAILED", ...fields });
  const expected = { level: "error", message: "it failed again", code: "HANDLER_FAILED", ...fields, attempt: 3 };
  assert.deepEqual(second, expected);
});

test("console gets one text for each failure: the line, and the stack when it is a new one", (t) => {
  const written: unknown[][] = [];
  for (const method of ["error", "warn"] as const) {
    t.mock.method(console, method, (...values: unknown[]) => void written.push(values));
  }
  const logger = guarded(console);
  for (const text of ["1 %d", "2 %d"]) logger.warn(text, failed(text), fields);
  assert.equal(written[0]?.length, 1);
  assert.match(written[0]?.[0] as string, /^1 %d\nTypeError: what was thrown\n {4}at /);
  assert.deepEqual(written.slice(1), [["2 %d"]]);
});

test("any other logger gets the line, the error as it was thrown, and the fields", () => {
  const taken: unknown[][] = [];
  const take = (...values: unknown[]) => void taken.push(values);
  const logger = loggerOption({ error: take, warn: take }, "logger", "The test") as Logger;
  const error = new StatefunError("STORE_FULL", "full");
  logger.error("full", error, { egress: "shop/log" });
  logger.warn("no code", new Error("plain"));
  assert.deepEqual(taken, [
    ["full", error, { code: "STORE_FULL", egress: "shop/log" }],
    ["no code", new Error("plain"), {}],
  ]);
});

test("an option that is no logger is refused", () => {
  for (const input of ["console", {}, { error() {} }, null]) {
    throwsCode(() => loggerOption(input as never, "logger", "The test"), "OPTION_INVALID", "logger");
  }
});

test("the stack is shown once for each place in the code, whatever the messages say", () => {
  const stacks: (string | undefined)[] = [];
  const take = (_: string, __: Error, { stack }: LogFields = {}) => void stacks.push(stack);
  const logger = guarded({ error: take, warn: take });
  const fromOnePlace = (text: string) => new StatefunError("HANDLER_FAILED", text, { cause: new Error(text) });
  for (const text of ["bob", "ann"]) logger.warn(text, fromOnePlace(text));
  logger.error("elsewhere", failed("elsewhere"));
  assert.deepEqual(
    stacks.map((stack) => stack !== undefined),
    [true, false, true],
  );
});

test("a request that is refused has no stack: whoever sent it would fill the log", () => {
  const stacks: unknown[] = [];
  const take = (_: string, __: Error, { stack }: LogFields = {}) => void stacks.push(stack);
  logFailure({ error: take, warn: take }, new StatefunError("REQUEST_MALFORMED", "no", { cause: new Error("why") }));
  assert.deepEqual(stacks, [undefined]);
});
