// A context ends with its handler.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { StateAccess } from "../../src/functions/state-access.js";
import { Address, type Context, Handles, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { Engine, primitive } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";

@StatefulFunction("example/probe")
class Probe {
  static act: (context: Context) => unknown;
  @State("count", Types.int) count = 0;
  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return Probe.act(context);
  }
}
const engine = new Engine(new StatefulFunctions(Probe), "v3");
const argument = primitive("v3", "string", "go");
const call = (messages = 1) =>
  engine.call({
    to: "example/probe/one",
    state: { count: undefined },
    messages: Array.from({ length: messages }, () => ({ argument, from: "a/b/c" })),
  });

const uses: [string, (context: Context, state: StateAccess) => unknown][] = [
  ["send", (context) => context.send("a/b", "1", "x")],
  ["send to an address", (context) => context.send(Address.of("a/b", "1"), "x")],
  ["reply", (context) => context.reply("x")],
  ["sendAt", (context) => context.sendAt(5, "a/b", "1", "x")],
  ["sendAfter", (context) => context.sendAfter(5, "a/b", "1", "x")],
  ["cancelDelayedMessage", (context) => context.cancelDelayedMessage("t")],
  ["sendEgress", (context) => context.sendEgress("a/b", "x")],
  ["state.get", (context) => context.state.get("count")],
  ["state.set", (context) => context.state.set("count", Types.int.pack(1))],
  ["state.delete", (context) => context.state.delete("count")],
  ["get of a state access that was kept", (_context, state) => state.get("count")],
  ["set of a state access that was kept", (_context, state) => state.set("count", Types.int.pack(1))],
  ["delete of a state access that was kept", (_context, state) => state.delete("count")],
];

function assertClosed(leaked: { context: Context; state: StateAccess }): void {
  for (const [name, use] of uses) {
    assert.throws(
      () => use(leaked.context, leaked.state),
      (error: any) => {
        assert.equal(error.code, "CONTEXT_CLOSED", name);
        assert.ok(error.message.includes("example/probe/one"), error.message);
        return true;
      },
    );
  }
}

/** Makes the handler keep what it was given. */
function leak(then: (context: Context) => unknown = () => {}): { context: Context; state: StateAccess } {
  const leaked = {} as { context: Context; state: StateAccess };
  Probe.act = (context) => {
    leaked.context = context;
    leaked.state = context.state;
    return then(context);
  };
  return leaked;
}

test("a context that a synchronous handler leaks is closed when it has returned", async () => {
  const leaked = leak();
  await call();
  assertClosed(leaked);
});

test("a context that an asynchronous handler leaks is closed when its promise has settled, not before", async () => {
  const gate = new Gate();
  const leaked = leak(async () => gate.promise);
  const answered = call();
  await Promise.resolve();
  leaked.context.send("a/b", "1", "in time");
  gate.open();
  assert.equal((await answered).messages.length, 1);
  assertClosed(leaked);
});

test("a context is closed when its handler throws or rejects", async () => {
  for (const fail of [
    () => {
      throw new Error("sync");
    },
    async () => {
      throw new Error("async");
    },
  ]) {
    const leaked = leak(fail);
    await rejectsCode(call(), "HANDLER_FAILED");
    assertClosed(leaked);
  }
});

test("the context of the message before is closed while the next one is handled", async () => {
  let previous: { context: Context; state: StateAccess } | undefined;
  let turns = 0;
  Probe.act = (context) => {
    turns++;
    if (previous !== undefined) {
      assert.notEqual(context, previous.context);
      assertClosed(previous);
    }
    context.send("a/b", "1", "x");
    previous = { context, state: context.state };
  };
  assert.equal((await call(3)).messages.length, 3);
  assert.equal(turns, 3);
});

test("work that a handler does not await can't send later, nor slip into the next message", async () => {
  const gate = new Gate();
  const outcome = new Gate<unknown>();
  let turn = 0;
  Probe.act = (context) => {
    turn++;
    if (turn === 1) {
      void gate.promise.then(() => {
        try {
          context.send("a/b", "1", "late");
          outcome.open(undefined);
        } catch (error) {
          outcome.open(error);
        }
      });
      return;
    }
    gate.open();
    return outcome.promise;
  };
  assert.deepEqual((await call(2)).messages, []);
  const error = await outcome.promise;
  throwsCode(() => {
    throw error;
  }, "CONTEXT_CLOSED");
});

test("address and caller of an ended context can still be read, for a log line", async () => {
  const leaked = leak();
  await call();
  assert.equal(String(leaked.context.address), "example/probe/one");
  assert.equal(String(leaked.context.caller), "a/b/c");
});
