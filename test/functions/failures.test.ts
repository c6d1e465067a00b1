// A handler that fails: the batch fails as one, it is logged once, and it says where.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { example } from "../../samples/messages/messages.js";
import {
  type Context,
  Handles,
  RequestReplyHandler,
  State,
  StatefulFunction,
  StatefulFunctions,
  StatefunError,
  Types,
} from "../../src/index.js";
import { Engine, generations, message, packed, primitive, requestBytes } from "../support/calls.js";
import { rejectsCode, withCode } from "../support/expect-code.js";
import { RecordingLogger } from "../support/recording-logger.js";

const { User } = example;
const seth = message(User, { name: "Seth" });
const to = "example/probe/one";

@StatefulFunction("example/probe")
class Probe {
  static act: (probe: Probe, context: Context) => unknown;
  @State("count", Types.int) count = 0;
  @Handles(User)
  handle(_user: example.User, context: Context) {
    this.count++;
    context.send("a/b", "1", "sent");
    return Probe.act(this, context);
  }
}
const functions = new StatefulFunctions(Probe);
const throwing = (thrown: unknown) => () => {
  throw thrown;
};
const throwsWhenShown = {
  toString() {
    throw new Error("not shown");
  },
};
const badMessage = Object.defineProperty(new Error("x"), "message", {
  get() {
    throw new Error("no message");
  },
});

for (const generation of generations) {
  const run = (act: (probe: Probe, context: Context) => unknown, messages = 1) => {
    Probe.act = act;
    const engine = new Engine(functions, generation);
    const batch = Array.from({ length: messages }, () => ({ argument: seth }));
    return { engine, answer: engine.call({ to, state: { count: undefined }, messages: batch }) };
  };

  const failures: [string, () => unknown][] = [
    ["throws an error", throwing(new TypeError("boom"))],
    ["rejects with an error", () => Promise.reject(new TypeError("boom"))],
    ["throws undefined", throwing(undefined)],
    ["throws null", throwing(null)],
    ["throws text", throwing("boom")],
    ["throws a number", throwing(5)],
    ["throws a symbol", throwing(Symbol("boom"))],
    ["throws an object without a prototype", throwing(Object.create(null))],
    ["throws an object whose toString throws", throwing(throwsWhenShown)],
    ["throws an error whose message throws", throwing(badMessage)],
    ["rejects with undefined", () => Promise.reject(undefined)],
    ["rejects with an object without a prototype", () => Promise.reject(Object.create(null))],
    [
      "returns a thenable that rejects",
      () => ({ then: (_: unknown, reject: (why: Error) => void) => reject(new Error("x")) }),
    ],
    [
      "returns an object whose then throws when it is read",
      () => ({
        get then() {
          throw new Error("no then");
        },
      }),
    ],
  ];
  for (const [what, act] of failures) {
    test(`${generation}: a handler that ${what} is HANDLER_FAILED, logged once with address, type and position`, async () => {
      let turn = 0;
      const { engine, answer } = run(() => (++turn === 2 ? act() : undefined), 3);
      await rejectsCode(answer, "HANDLER_FAILED", to, seth.typename, "2 of 3");
      assert.equal(turn, 2, "the messages behind it are not handled");
      assert.equal(engine.logger.entries.length, 1);
      const [entry] = engine.logger.entries;
      assert.equal(entry?.level, "error");
      for (const part of ["HANDLER_FAILED", to, seth.typename, "2 of 3"])
        assert.ok(entry?.line.includes(part), entry?.line);
      withCode("HANDLER_FAILED")(entry?.error);
    });
  }

  test(`${generation}: the error that was thrown is the cause, and its text is in the log line`, async () => {
    const boom = new TypeError("boom");
    const { engine, answer } = run(throwing(boom));
    await assert.rejects(answer, (error: Error) => error.cause === boom && error.message.includes("boom"));
    assert.ok(engine.logger.lines[0]?.includes("boom"));
    assert.equal(engine.logger.entries[0]?.error.cause, boom);
  });

  test(`${generation}: an error of the context keeps its code, with the position`, async () => {
    const { engine, answer } = run((_probe, context) => context.reply("x"));
    await rejectsCode(answer, "CALLER_MISSING", to, seth.typename, "1 of 1");
    assert.equal(engine.logger.entries.length, 1);
  });

  test(`${generation}: an unhandled message says its position`, async () => {
    const engine = new Engine(functions, generation);
    Probe.act = () => {};
    const messages = [{ argument: seth }, { argument: packed("example/odd", "x") }];
    const answer = engine.call({ to, state: { count: undefined }, messages });
    await rejectsCode(answer, "MESSAGE_UNHANDLED", to, "example/odd", "2 of 2");
  });

  test(`${generation}: an error that a handler catches is no failure`, async () => {
    const { engine, answer } = run((_probe, context) => {
      try {
        context.reply("x");
      } catch {}
    });
    assert.equal((await answer).messages.length, 1);
    assert.deepEqual(engine.logger.entries, []);
  });

  test(`${generation}: after a failure the function is called again as before`, async () => {
    const { engine, answer } = run(throwing(new Error("once")));
    await rejectsCode(answer, "HANDLER_FAILED");
    Probe.act = () => {};
    const again = await engine.call({ to, state: { count: undefined }, messages: [{ argument: seth }] });
    assert.equal(again.messages.length, 1);
    assert.deepEqual(
      again.mutations.map(({ name }) => name),
      ["count"],
    );
  });

  test(`${generation}: a state that can't be stored is logged with the address and the state's name`, async () => {
    const { engine, answer } = run((probe) => {
      probe.count = 0.5;
    });
    await rejectsCode(answer, "VALUE_INVALID", "example/probe", '"count"');
    assert.equal(engine.logger.entries.length, 1);
    assert.ok(engine.logger.lines[0]?.includes(to), engine.logger.lines[0]);
  });

  test(`${generation}: a state that can't be read is logged with the address`, async () => {
    const engine = new Engine(functions, generation);
    const state = { count: packed("example/other", "x") };
    await rejectsCode(engine.call({ to, state, messages: [{ argument: seth }] }), "STATE_TYPE_MISMATCH");
    assert.ok(engine.logger.lines[0]?.includes(to), engine.logger.lines[0]);
  });

  test(`${generation}: a class that can't be made is logged with the address`, async () => {
    let broken = false;
    @StatefulFunction("example/broken")
    class Broken {
      constructor() {
        if (broken) throw new Error("no instance");
      }
      @Handles(User)
      handle() {}
    }
    const engine = new Engine(new StatefulFunctions(Broken), generation);
    broken = true;
    const answer = engine.call({ to: "example/broken/7", messages: [{ argument: seth }] });
    await rejectsCode(answer, "HANDLER_FAILED", "no instance");
    assert.ok(engine.logger.lines[0]?.includes("example/broken/7"), engine.logger.lines[0]);
  });
}

test("a function that is not bound is FUNCTION_UNKNOWN, by name", async () => {
  const engine = new Engine(functions, "v3");
  await rejectsCode(
    engine.call({ to: "example/other/1", messages: [{ argument: seth }] }),
    "FUNCTION_UNKNOWN",
    "example/other",
  );
  assert.equal(engine.logger.entries.length, 1);
});

test("an error that a handler makes up can't pass for a fault of the request", async () => {
  for (const code of ["FUNCTION_UNKNOWN", "REQUEST_MALFORMED", "SHUTTING_DOWN", "REQUEST_TOO_LARGE"] as const) {
    Probe.act = throwing(new StatefunError(code, "from another handler"));
    const engine = new Engine(functions, "v3");
    const answer = engine.call({ to, state: { count: undefined }, messages: [{ argument: seth }] });
    await rejectsCode(answer, "HANDLER_FAILED", "from another handler");
  }
});

test("the default logger writes a failure to stderr, with the stack of what was thrown", async (t) => {
  const written: string[] = [];
  t.mock.method(console, "error", (...line: unknown[]) => void written.push(inspect(line)));
  Probe.act = throwing(new TypeError("boom"));
  const handler = new RequestReplyHandler(functions);
  const bytes = requestBytes("v3", { to, state: { count: undefined }, messages: [{ argument: seth }] });
  await rejectsCode(handler.handle(bytes), "HANDLER_FAILED");
  assert.equal(written.length, 1);
  assert.ok(
    written[0]?.includes("HANDLER_FAILED") && written[0].includes(to) && written[0].includes("failures.test.ts"),
  );
});

test("one call's failure does not touch another that is in flight", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const logger = new RecordingLogger();
  const handler = new RequestReplyHandler(functions, { logger });
  const bytes = requestBytes("v3", { to, state: { count: primitive("v3", "int", 5) }, messages: [{ argument: seth }] });
  Probe.act = () => held;
  const slow = handler.handle(bytes);
  await Promise.resolve();
  Probe.act = throwing(new Error("boom"));
  await rejectsCode(handler.handle(bytes), "HANDLER_FAILED");
  release();
  assert.ok((await slow).length > 0);
});
