// What a failing handler of this process leaves in the log.

import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { pino } from "pino";
import winston from "winston";
import { StatefulFunctions, TerminalError, Types } from "../../src/index.js";
import type { LogFields, Logger } from "../../src/model/logger.js";
import { StatefunRuntime } from "../../src/runtime/statefun-runtime.js";

const failing = () =>
  new StatefulFunctions().register(
    "shop/cart",
    (text: string) => {
      if (text === "refused") throw new TerminalError("no such article");
      throw new TypeError("the handler's own");
    },
    { handles: [Types.string] },
  );

/** Lets the function fail until its address is parked. */
async function failTo(logger: Logger, text = "x"): Promise<void> {
  const retry = { attempts: 3, firstDelay: 1, longestDelay: 1 };
  await using runtime = await StatefunRuntime.open({
    functions: failing(),
    dir: false,
    ingress: false,
    admin: false,
    retry,
    logger,
  });
  await runtime.call("shop/cart", "bob", Types.string.pack(text)).catch(() => {});
}

test("each failure of a handler is one entry, and the first one alone has the stack", async () => {
  const entries: [string, LogFields][] = [];
  const take = (line: string, _: Error, fields: LogFields = {}) => void entries.push([line, fields]);
  await failTo({ error: take, warn: take });
  assert.deepEqual(
    entries.map(([, { stack, ...fields }]) => [fields, stack !== undefined]),
    [1, 2, 3].map((attempt) => [{ code: "HANDLER_FAILED", function: "shop/cart", id: "bob", attempt }, attempt === 1]),
  );
  assert.match(entries[0]?.[1].stack as string, /^TypeError: the handler's own\n {4}at .*logging\.test/);
});

test("a message that is refused for good is one entry", async () => {
  const entries: LogFields[] = [];
  const take = (_: string, __: Error, fields: LogFields = {}) => void entries.push(fields);
  await failTo({ error: take, warn: take }, "refused");
  assert.deepEqual(entries, [{ code: "TERMINAL", function: "shop/cart", id: "bob", attempt: 1 }]);
});

for (const [name, open] of [
  ["pino", (stream: Writable) => pino({}, stream)],
  ["winston", (stream: Writable) => winston.createLogger({ transports: [new winston.transports.Stream({ stream })] })],
] as const) {
  test(`a runtime takes a logger of ${name} as it is`, async () => {
    const entries: Record<string, unknown>[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        for (const line of String(chunk).trim().split("\n")) entries.push(JSON.parse(line));
        done();
      },
    });
    await failTo(open(stream));
    assert.deepEqual(
      entries.map(({ code, attempt, function: typeName, id }) => [code, attempt, typeName, id]),
      [1, 2, 3].map((attempt) => ["HANDLER_FAILED", attempt, "shop/cart", "bob"]),
    );
  });
}
