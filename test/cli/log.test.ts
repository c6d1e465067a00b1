import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { loggerOf } from "../../src/cli/log.js";
import { parseInput } from "../../src/cli/parse.js";
import { StatefunError } from "../../src/errors.js";
import { throwsCode } from "../support/expect-code.js";

/** What a command with these options writes for a warning and an error about one failure of a handler. */
function written(t: TestContext, ...options: string[]): string {
  let text = "";
  const logger = loggerOf(parseInput("start", ["functions.ts", ...options]));
  const write = t.mock.method(process.stderr, "write", (chunk: string) => {
    text += chunk;
    return true;
  });
  const error = new StatefunError("HANDLER_FAILED", "failed", { cause: new Error("\u001b[2J") });
  logger.warn("try 1", error, { function: "shop/cart", id: "bob", attempt: 1 });
  logger.error("parked", error, { function: "shop/cart", id: "bob", attempt: 2 });
  write.mock.restore();
  return text;
}

test("an entry has its time and level, and a stack is written once", (t) => {
  const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  const expected = `^${time} WARN {2}try 1\\nError: \\\\u001b\\[2J\\n( {4}at .*\\n)+${time} ERROR parked\\n$`;
  assert.match(written(t), new RegExp(expected));
});

test("as JSON, an entry is one line with the fields", (t) => {
  const [first, second, end] = written(t, "--log-format", "json").split("\n");
  const { time, stack, ...warning } = JSON.parse(first as string);
  assert.deepEqual([new Date(time).toISOString() === time, stack.startsWith("Error: ")], [true, true]);
  const fields = { code: "HANDLER_FAILED", function: "shop/cart", id: "bob" };
  assert.deepEqual(warning, { level: "warn", message: "try 1", ...fields, attempt: 1 });
  const { time: later, ...error } = JSON.parse(second as string);
  assert.deepEqual(error, { level: "error", message: "parked", ...fields, attempt: 2 });
  assert.deepEqual([later >= time, end], [true, ""]);
});

test("with --log-level error, warnings are not written", (t) => {
  const text = written(t, "--log-level", "error");
  assert.deepEqual([text.includes("try 1"), text.includes("ERROR parked")], [false, true]);
});

test("another format or level is refused", () => {
  for (const [option, value] of [
    ["log-format", "xml"],
    ["log-level", "debug"],
    ["log-level", "toString"],
  ]) {
    const input = parseInput("dev", [`--${option}`, value as string]);
    throwsCode(() => loggerOf(input), "OPTION_INVALID", option as string);
  }
});
