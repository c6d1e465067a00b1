// The handler from bytes to bytes: generations, options, closing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { RequestReplyHandler, StatefulFunctions, Types } from "../../src/index.js";
import { answerOf, generations, message, missingOf, primitive, requestBytes, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { reflected, toFunction } from "../support/reflection.js";

const { User } = example;
const seth = message(User, { name: "Seth" });
const to = "example/counter/1";
const counting = () =>
  new StatefulFunctions().register(
    "example/counter",
    (_message, context, state) => {
      state.count += 1;
      context.send("a/b", "1", Types.int.pack(state.count));
    },
    { state: { count: { type: Types.int, default: 0 } } },
  );
const request = (generation: "v2" | "v3") =>
  requestBytes(generation, { to, state: { count: primitive(generation, "int", 4) }, messages: [{ argument: seth }] });

test("one handler answers v2 in v2 and v3 in v3, mixed and at the same time", async () => {
  const handler = new RequestReplyHandler(counting());
  const calls = Array.from({ length: 20 }, (_, index) => generations[index % 2] as "v2" | "v3");
  const answers = await Promise.all(calls.map((generation) => handler.handle(request(generation))));
  answers.forEach((bytes, index) => {
    const generation = calls[index] as "v2" | "v3";
    const five = shown(primitive(generation, "int", 5));
    assert.deepEqual(answerOf(generation, bytes), {
      mutations: [{ name: "count", value: five }],
      messages: [{ to: "a/b/1", argument: five }],
      delayed: [],
      egresses: [],
    });
  });
});

test("a pinned generation reads and answers what the bytes alone do not tell", async () => {
  const ambiguous = reflected(toFunction.v2, {
    invocation: {
      target: { namespace: "example", type: "counter", id: "1" },
      state: [{ state_name: "count" }],
      invocations: [{ argument: { type_url: "example.com/Empty" } }],
    },
  });
  const logger = new RecordingLogger();
  const v2 = await new RequestReplyHandler(counting(), { generation: "v2", logger }).handle(ambiguous);
  assert.deepEqual(answerOf("v2", v2).messages[0]?.argument, shown(primitive("v2", "int", 1)));
  const v3 = await new RequestReplyHandler(counting(), { generation: "v3", logger }).handle(ambiguous);
  assert.deepEqual(answerOf("v3", v3).messages[0]?.argument, shown(primitive("v3", "int", 1)));
});

test("a generation that does not exist is OPTION_INVALID", () => {
  for (const generation of ["v1", "", 3, null]) {
    throwsCode(() => new RequestReplyHandler(counting(), { generation: generation as any }), "OPTION_INVALID");
  }
});

test("a batch without messages changes nothing", async () => {
  const bytes = requestBytes("v3", { to, state: { count: primitive("v3", "int", 4) }, messages: [] });
  const answer = answerOf("v3", await new RequestReplyHandler(counting()).handle(bytes));
  assert.deepEqual(answer, { mutations: [], messages: [], delayed: [], egresses: [] });
});

test("garbage is REQUEST_MALFORMED, and logged once", async () => {
  const logger = new RecordingLogger();
  const handler = new RequestReplyHandler(counting(), { logger });
  await rejectsCode(handler.handle(Buffer.from("garbage")), "REQUEST_MALFORMED");
  assert.equal(logger.entries.length, 1);
});

test("functions that are bound later are served", async () => {
  const functions = new StatefulFunctions();
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
  await rejectsCode(handler.handle(request("v3")), "FUNCTION_UNKNOWN", "example/counter");
  functions.register("example/counter", () => {});
  assert.ok((await handler.handle(request("v3"))).length > 0);
});

test("an answer's bytes are not changed by the next call", async () => {
  const handler = new RequestReplyHandler(counting());
  const first = await handler.handle(request("v3"));
  const copy = Buffer.from(first).toString("hex");
  for (let call = 0; call < 100; call++) await handler.handle(request("v2"));
  assert.equal(Buffer.from(first).toString("hex"), copy);
});

test("the request's bytes are not changed", async () => {
  const bytes = request("v3");
  const copy = Buffer.from(bytes).toString("hex");
  await new RequestReplyHandler(counting()).handle(bytes);
  assert.equal(Buffer.from(bytes).toString("hex"), copy);
});

test("missing states are no failure: nothing is logged", async () => {
  const logger = new RecordingLogger();
  const handler = new RequestReplyHandler(counting(), { logger });
  const bytes = await handler.handle(requestBytes("v3", { to, messages: [{ argument: seth }] }));
  assert.equal(missingOf(bytes).length, 1);
  assert.deepEqual(logger.entries, []);
});

test("close resolves when the calls in flight are answered, and refuses new ones", async () => {
  const [gate, other] = [new Gate(), new Gate()];
  const gates = [gate, other];
  const functions = new StatefulFunctions().register("example/counter", () => gates.shift()?.promise);
  const logger = new RecordingLogger();
  const handler = new RequestReplyHandler(functions, { logger });
  const [first, second] = [handler.handle(request("v3")), handler.handle(request("v3"))];
  assert.equal(handler.closing, false);
  let closed = false;
  const closing = handler.close().then(() => {
    closed = true;
  });
  assert.equal(handler.closing, true);
  await rejectsCode(handler.handle(request("v3")), "SHUTTING_DOWN");
  assert.equal(closed, false);
  gate.open();
  await first;
  await new Promise(setImmediate);
  assert.equal(closed, false, "one call is still in flight");
  other.open();
  await second;
  await closing;
  assert.equal(closed, true);
  await rejectsCode(handler.handle(request("v3")), "SHUTTING_DOWN");
});

test("close of an idle handler resolves at once, and any number of times", async () => {
  const handler = new RequestReplyHandler(counting(), { logger: new RecordingLogger() });
  await Promise.all([handler.close(), handler.close()]);
  await handler.close();
});

test("close waits for a call that fails, too", async () => {
  const gate = new Gate();
  const functions = new StatefulFunctions().register("example/counter", async () => {
    await gate.promise;
    throw new Error("boom");
  });
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
  const call = rejectsCode(handler.handle(request("v3")), "HANDLER_FAILED");
  const closing = handler.close();
  gate.open();
  await Promise.all([call, closing]);
});

test("a handler of functions with schedules warns at its start that nothing keeps them", () => {
  const logger = new RecordingLogger();
  const schedules = [{ name: "nightly", cron: "0 3 * * *", id: "all", message: "go" }];
  new RequestReplyHandler(
    new StatefulFunctions().register("example/counter", () => {}, { schedules }),
    { logger },
  );
  assert.match(logger.lines.join(), /nightly/);
  const quiet = new RecordingLogger();
  new RequestReplyHandler(counting(), { logger: quiet });
  assert.deepEqual(quiet.lines, []);
});
