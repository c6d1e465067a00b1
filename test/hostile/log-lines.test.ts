// Text in a request can't forge lines of the log, can't fill the log, and is cut in the answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "node:util";
import { RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import { packed, requestBytes } from "../support/calls.js";
import { hosts, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const forged = "1\nHANDLER_FAILED: forged\r\n\u001b[31mred\u2028next\u0000";
const functions = new StatefulFunctions().register("a/b", (message) => {
  throw new Error(`no good: ${message.value}`);
});
const requests = {
  "an id": requestBytes("v3", { to: `a/b/${forged}`, messages: [{ argument: packed("x/y", "1") }] }),
  "a function's name": requestBytes("v3", { to: `a/${forged}/1`, messages: [{ argument: packed("x/y", "1") }] }),
  "a typename": requestBytes("v3", { to: "a/b/1", messages: [{ argument: packed(`x/${forged}`, "1") }] }),
  "a value that an error shows": requestBytes("v3", { to: "a/b/1", messages: [{ argument: packed("x/y", forged) }] }),
};
for (const [what, bytes] of Object.entries(requests)) {
  test(`${what} with line breaks and control characters is one line of the log, escaped`, async () => {
    const logger = new RecordingLogger();
    await assert.rejects(new RequestReplyHandler(functions, { logger }).handle(bytes));
    assert.equal(logger.entries.length, 1);
    assert.doesNotMatch(logger.lines[0] as string, /[\p{Cc}\u2028\u2029]/u);
  });
}

test("an id of format characters removes nothing from the line on stderr", async (t) => {
  const written: string[] = [];
  for (const method of ["error", "warn"] as const) {
    t.mock.method(console, method, (...values: unknown[]) => void written.push(format(...values)));
  }
  const bytes = requestBytes("v3", { to: "a/b/%c%s%o%%", messages: [{ argument: packed("x/y", "1") }] });
  await assert.rejects(new RequestReplyHandler(functions).handle(bytes));
  assert.equal(written.length, 1);
  assert.ok(written[0]?.includes("a/b/%c%s%o%%, message 1 of 1"), written[0]);
  assert.ok(written[0]?.includes("log-lines.test.ts"), "the stack is lost");
});

test("a function's name of a megabyte is cut in the log and in the answer, which is one line", async (t) => {
  const logger = new RecordingLogger();
  const host = await (hosts["node listener"] as (typeof hosts)[string])(functions, { logger });
  t.after(() => stop(host.server));
  const name = `${forged}${"x".repeat(2 ** 20)}`;
  const body = requestBytes("v3", { to: `a/${name}/1`, messages: [] });
  const { status, text } = await send(host.port, host.at("/statefun"), { body });
  assert.equal(status, 404);
  assert.ok(text.length < 3_000, String(text.length));
  assert.equal(text.split("\n").length, 2);
  assert.ok((logger.lines[0] as string).length < 3_000);
});
