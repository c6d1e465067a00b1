// The option callTimeout: a handler that never settles makes its call fail, and has no effect after that.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { type Context, RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import type { BatchPart } from "../../src/model/invocation.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { answerOf, generations, packed, requestBytes } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { RecordingLogger } from "../support/recording-logger.js";

const argument = packed("x/y", "1");
const call = (generation: (typeof generations)[number], messages = 1) =>
  requestBytes(generation, { to: "a/b/1", messages: Array.from({ length: messages }, () => ({ argument })) });

/** A handler of `a/b`, its time limited to 20 ms unless told otherwise. */
function handlerOf(handle: (message: unknown, context: Context) => unknown, callTimeout: number = 20) {
  const logger = new RecordingLogger();
  const functions = new StatefulFunctions().register("a/b", handle);
  return { logger, handler: new RequestReplyHandler(functions, { logger, callTimeout }) };
}

test("a function's own limit holds, and not the one of the handler", async () => {
  const functions = new StatefulFunctions().register("a/b", () => new Promise<void>(() => {}), { callTimeout: 20 });
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger(), callTimeout: { hours: 1 } });
  await rejectsCode(handler.handle(call("v3")), "CALL_TIMEOUT", "20 ms");
});

test("a limit for each message lets a batch of many take longer, and ends with the message that does", async (t) => {
  let parts: number[] = [];
  const taker = {
    part: ({ consumed }: BatchPart) => parts.push(consumed),
    target() {},
    egress() {},
    token() {},
    over: false,
    onGivenUp: undefined,
  };
  let now = 1000;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  };
  const pass = async (ms: number) => {
    await settle();
    now += ms;
    t.mock.timers.tick(ms);
    await settle();
  };
  for (const limited of ["message", "batch"] as const) {
    const gates = Array.from({ length: 3 }, () => new Gate());
    let begun = 0;
    const functions = new StatefulFunctions().register("a/b", () => gates[begun++]?.promise);
    const logger = new RecordingLogger();
    const handler = new RequestReplyHandler(functions, { logger, callTimeout: 20 });
    const local = new LocalFunctions(functions, { callTimeoutMs: 20 });
    parts = [];
    const failed =
      limited === "batch"
        ? rejectsCode(handler.handle(call("v3", 3)), "CALL_TIMEOUT", "a/b/1", "20 ms")
        : Promise.resolve(local.run(decodeRequest(call("v3", 3)), taker)).then((answer) => {
            assert.ok("part" in answer);
            assert.equal(answer.stopped?.code, "CALL_TIMEOUT");
            // The messages before it have ended, and were taken while the batch went on.
            assert.deepEqual([parts, answer.part.consumed], [[1, 1], 0]);
          });
    await pass(15);
    gates[0]?.open();
    await pass(15);
    gates[1]?.open();
    await pass(15);
    assert.equal(begun, limited === "message" ? 3 : 2);
    if (limited === "message") {
      const early = failed.then(() => "ended");
      assert.equal(
        await Promise.race([early, new Promise((resolve) => setImmediate(resolve, "in flight"))]),
        "in flight",
      );
      await pass(5);
    }
    await failed;
  }
});

for (const generation of generations) {
  test(`${generation}: a call that never settles is CALL_TIMEOUT, logged once with its address`, async () => {
    const { handler, logger } = handlerOf(() => new Promise(() => {}));
    await rejectsCode(handler.handle(call(generation)), "CALL_TIMEOUT", "a/b/1", "20 ms");
    assert.equal(logger.entries.length, 1);
    assert.equal(logger.entries[0]?.level, "error");
  });

  test(`${generation}: a call in time is answered`, async () => {
    const { handler } = handlerOf(async (_message, context) => {
      await new Promise(setImmediate);
      context.send("c/d", "1", "in time");
    }, 60_000);
    assert.equal(answerOf(generation, await handler.handle(call(generation, 3))).messages.length, 3);
  });
}

test("after its time a handler's context is closed, and no other message of its batch begins", async () => {
  const [release, ended] = [new Gate(), new Gate<unknown>()];
  let begun = 0;
  const { handler } = handlerOf(async (_message, context) => {
    begun += 1;
    await release.promise;
    try {
      context.send("c/d", "1", "too late");
      ended.open(undefined);
    } catch (error) {
      ended.open(error);
    }
  });
  await rejectsCode(handler.handle(call("v3", 3)), "CALL_TIMEOUT");
  release.open();
  const error = await ended.promise;
  throwsCode(() => {
    throw error;
  }, "CONTEXT_CLOSED");
  await new Promise(setImmediate);
  assert.equal(begun, 1);
});

test("an error that a handler throws after its time is dropped", async (t) => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  t.after(() => process.off("unhandledRejection", onUnhandled));
  const release = new Gate();
  const { handler, logger } = handlerOf(async () => {
    await release.promise;
    throw new Error("too late");
  });
  await rejectsCode(handler.handle(call("v3")), "CALL_TIMEOUT");
  release.open();
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.deepEqual(unhandled, []);
  assert.equal(logger.entries.length, 1);
});

test("a call that never settles does not hold up close", async () => {
  const { handler } = handlerOf(() => new Promise(() => {}));
  const answer = rejectsCode(handler.handle(call("v3")), "CALL_TIMEOUT");
  await handler.close();
  await answer;
});

test("an instance that is never made is CALL_TIMEOUT too", async () => {
  const { StatefulFunction, Handles, Types } = await import("../../src/index.js");
  @StatefulFunction("a/b")
  class Slow {
    @Handles(Types.string)
    handle() {}
  }
  const functions = new StatefulFunctions().bind(Slow, { create: () => new Promise<Slow>(() => {}) });
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger(), callTimeout: 20 });
  await rejectsCode(handler.handle(call("v3")), "CALL_TIMEOUT", "a/b/1");
});

test("a limit that no timer can wait for is DURATION_INVALID", () => {
  const make = (callTimeout: unknown) => new RequestReplyHandler(new StatefulFunctions(), { callTimeout } as never);
  for (const wrong of [0, -1, 2 ** 31, { days: 30 }, "5s", Number.NaN, { fortnights: 1 }])
    throwsCode(() => make(wrong), "DURATION_INVALID");
  make({ seconds: 30 });
});
