// How a message has ended, as the interceptors learn it: with the failures that come after the handler.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { Address, type Context, StatefulFunctions, TerminalError, Types } from "../../src/index.js";
import { invoke } from "../../src/testing/entry.js";
import { Gate } from "../support/gate.js";
import { ManualClock } from "../support/manual-clock.js";

type Act = (message: any, context: Context, state: { total: number }) => unknown;

/** A function that takes texts and adds up their lengths. */
const adding = (act: Act = () => undefined) =>
  new StatefulFunctions().register(
    "test/f",
    (message, context, state) => {
      state.total += message.length;
      return act(message, context, state);
    },
    { handles: [Types.string], state: { total: { type: Types.int, default: 0 } } },
  );

/** Hands one text to the function. */
const told = (functions: StatefulFunctions, message: any = "abc", options: object = {}) =>
  invoke("test/f", { functions, message, id: "a", ...options });

const taker = () => ({ part() {}, target() {}, egress() {}, token() {}, over: false, onGivenUp: undefined });

/** Functions whose interceptor notes how each message ends. */
function ending(act: Act) {
  const ends: string[] = [];
  const functions = adding(act).use((invocation, next) => {
    invocation.onEnd((failure) => {
      const { code, message } = (failure?.error ?? {}) as { code?: string; message?: string };
      ends.push(failure === undefined ? "ok" : (code ?? message ?? "?"));
    });
    return next();
  });
  return { functions, ends };
}

test("onEnd is told once how a message ended: that it succeeded, or with what the handler has thrown", async () => {
  const acts: [Act, string][] = [
    [() => undefined, "ok"],
    [async () => "later", "ok"],
    [
      () => {
        throw new TerminalError("no", { code: "NO" });
      },
      "NO",
    ],
    [
      async () => {
        throw new Error("a bug");
      },
      "a bug",
    ],
  ];
  for (const [act, end] of acts) {
    const { functions, ends } = ending(act);
    await told(functions).catch(() => {});
    assert.deepEqual(ends, [end]);
  }
});

test("onEnd sees the failures that come after the interceptors: an answer and a state that can't be packed", async () => {
  const unpackable = ending(() => Symbol("no value"));
  await told(unpackable.functions).catch(() => {});
  assert.equal(unpackable.ends.length, 1);
  assert.notEqual(unpackable.ends[0], "ok");
  const unstorable = ending((_message, _context, state) => {
    state.total = "no number" as never;
  });
  await told(unstorable.functions).catch(() => {});
  assert.equal(unstorable.ends.length, 1);
  assert.notEqual(unstorable.ends[0], "ok");
});

test("onEnd sees that a handler takes too long, and not what it does later", async () => {
  const gate = new Gate();
  const { functions, ends } = ending(() => gate.promise);
  const clock = new ManualClock();
  const local = new LocalFunctions(functions, { callTimeoutMs: 5, clock, logger: { warn() {} } });
  const batch = {
    generation: "v3",
    target: Address.of("test/f", "a"),
    state: [{ name: "total", value: undefined }],
    invocations: [{ caller: undefined, argument: Types.string.pack("abc") }],
    partsOffered: true,
  } as const;
  const running = local.run(batch, taker());
  await clock.advance(5);
  const outcome = await running;
  assert.ok("stopped" in outcome && outcome.stopped?.code === "CALL_TIMEOUT");
  gate.open();
  await gate.promise;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ends, ["CALL_TIMEOUT"]);
});

test("a listener of onEnd that throws changes nothing, and is logged", async () => {
  const lines: string[] = [];
  const functions = adding(() => "fine").use((invocation, next) => {
    invocation.onEnd(() => {
      throw new Error("the listener's bug");
    });
    invocation.onEnd(() => lines.push("the second listener"));
    return next();
  });
  const local = new LocalFunctions(functions, { logger: { warn: (line: string) => lines.push(line) } });
  const batch = {
    generation: "v3",
    target: Address.of("test/f", "a"),
    state: [{ name: "total", value: undefined }],
    invocations: [{ caller: undefined, argument: Types.string.pack("abc") }],
    partsOffered: true,
  } as const;
  const outcome = await local.run(batch, taker());
  assert.ok("part" in outcome && outcome.part.consumed === 1);
  assert.equal(lines.length, 2);
  assert.match(lines[0] as string, /the listener's bug/);
});
