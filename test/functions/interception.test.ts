// Interceptors: what they see, in which order they run, and what becomes of the message that they stand round.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import {
  Address,
  type Context,
  type InterceptedInvocation,
  type Interceptor,
  json,
  StatefulFunctions,
  TerminalError,
  TypedValue,
  Types,
} from "../../src/index.js";
import { Metadata } from "../../src/model/metadata.js";
import { invoke } from "../../src/testing/entry.js";
import { Engine, generations, packed, primitive, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";

const to = "test/f/a";
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

const batch = (...texts: string[]) => ({
  generation: "v3" as const,
  target: Address.of("test/f", "a"),
  state: [{ name: "total", value: undefined }],
  invocations: texts.map((text) => ({ caller: undefined, argument: Types.string.pack(text) })),
  partsOffered: true,
});

const taker = () => ({ part() {}, target() {}, egress() {}, token() {}, over: false, onGivenUp: undefined });

test("interceptors run in the order in which they were added, round the handler", async () => {
  const log: string[] = [];
  const noting =
    (name: string): Interceptor =>
    async (_invocation, next) => {
      log.push(`${name} in`);
      const result = await next();
      log.push(`${name} out`);
      return result;
    };
  const functions = adding((text) => {
    log.push("handler");
    return text;
  })
    .use(noting("outer"))
    .use(noting("inner"));
  assert.equal((await told(functions)).answer, "abc");
  assert.deepEqual(log, ["outer in", "inner in", "handler", "inner out", "outer out"]);
});

test("an interceptor sees the address, the caller, the metadata, and the message packed and decoded", async () => {
  let seen: InterceptedInvocation | undefined;
  let handled: unknown;
  const Order = json<{ id: string }>("test/order");
  const functions = new StatefulFunctions()
    .register(
      "test/f",
      (order) => {
        handled = order;
      },
      { handles: [Order] },
    )
    .use((invocation, next) => {
      seen = invocation;
      assert.deepEqual(invocation.value, { id: "o" });
      return next();
    });
  const caller = Address.of("test/g", "b");
  await told(functions, Order.pack({ id: "o" }), { caller, metadata: { trace: "1" } });
  assert.ok(seen);
  assert.equal(String(seen.address), to);
  assert.equal(String(seen.caller), "test/g/b");
  assert.equal(seen.metadata.getText("trace"), "1");
  assert.equal(seen.message.typename, "test/order");
  assert.equal(seen.kind, "message");
  assert.equal(seen.value, handled);
});

for (const generation of generations) {
  test(`${generation}: interceptors stand round the messages of an engine over HTTP`, async () => {
    const values: unknown[] = [];
    const functions = adding((text) => text).use(async ({ value }, next) => {
      values.push(value);
      return `${await next()}!`;
    });
    const engine = new Engine(functions, generation);
    const messages = ["a", "bc"].map((text) => ({
      from: "test/g/b",
      argument: primitive(generation, "string", text),
    }));
    const { mutations } = await engine.call({ to, state: { total: undefined }, messages });
    assert.deepEqual(values, ["a", "bc"]);
    assert.deepEqual(mutations, [{ name: "total", value: shown(primitive(generation, "int", 3)) }]);
  });
}

test("what an interceptor returns is the answer, also without a call of next", async () => {
  const shouting = adding((text) => text).use(async (_invocation, next) => `${await next()}!`);
  assert.equal((await told(shouting)).answer, "abc!");
  const skipping = adding((text) => text).use(() => "skipped");
  const { answer, state, error } = await told(skipping);
  assert.deepEqual([answer, state, error], ["skipped", { total: 0 }, undefined]);
});

test("an interceptor that throws fails the message, for good with a TerminalError, and undoes what the handler did", async () => {
  const refusal = new TerminalError("no", { code: "FORBIDDEN" });
  const refusing = adding((_text, context) => context.send("test/g", "b", "x")).use(async (_invocation, next) => {
    await next();
    throw refusal;
  });
  const { error, sent } = await told(refusing);
  assert.equal(error, refusal);
  const run = new LocalFunctions(refusing).run(batch("a"), taker());
  const outcome = await run;
  assert.ok("part" in outcome);
  assert.equal(outcome.part.ends[0]?.failure?.code, "FORBIDDEN");
  assert.deepEqual([sent, outcome.part.effects.messages, outcome.part.effects.mutations], [[], [], []]);
});

test("an interceptor sees the handler's failure, and may answer in its place", async () => {
  const failing = adding(() => {
    throw new Error("broken");
  }).use(async (_invocation, next) => {
    try {
      return await next();
    } catch (error) {
      return `sorry: ${(error as Error).message}`;
    }
  });
  const { answer, error } = await told(failing);
  assert.deepEqual([answer, error], ["sorry: broken", undefined]);
});

test("an interceptor sees a message that no handler takes, and one that can't be decoded", async () => {
  const codes: string[] = [];
  const functions = adding().use(async (_invocation, next) => {
    try {
      return await next();
    } catch (error) {
      codes.push((error as { code: string }).code);
      throw error;
    }
  });
  const engine = new Engine(functions, "v3");
  const call = (argument: object) =>
    engine.call({ to, state: { total: undefined }, messages: [{ argument } as never] });
  await rejectsCode(call(packed("test/unknown", "")), "MESSAGE_UNHANDLED");
  await rejectsCode(call(packed("io.statefun.types/string", "\xff\xff\xff")), "VALUE_UNREADABLE");
  assert.deepEqual(codes, ["MESSAGE_UNHANDLED", "VALUE_UNREADABLE"]);
});

test("messages stay synchronous while no interceptor makes a promise", () => {
  const functions = adding().use((_invocation, next) => next());
  assert.ok(!(new LocalFunctions(functions).run(batch("a", "b"), taker()) instanceof Promise));
});

test("code of an interceptor runs in its AsyncLocalStorage, and so does the handler behind its awaits", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const functions = adding(async (text) => {
    seen.push(storage.getStore());
    await undefined;
    seen.push(storage.getStore());
    return text;
  }).use(({ address }, next) => storage.run(address.id, next));
  assert.equal((await told(functions)).answer, "abc");
  assert.deepEqual(seen, ["a", "a"]);
});

test("next called twice is INTERCEPTOR_INVALID, and the handler ran once", async () => {
  let runs = 0;
  const functions = adding(() => void runs++).use(async (_invocation, next) => {
    await next();
    return next();
  });
  assert.equal(((await told(functions)).error as { code: string }).code, "INTERCEPTOR_INVALID");
  assert.equal(runs, 1);
});

test("an interceptor that ends before its handler is INTERCEPTOR_INVALID, and nothing of the handler is kept", async () => {
  const gate = new Gate();
  const functions = adding(async () => {
    await gate.promise;
    throw new Error("late"); // must not end the process
  }).use(async (_invocation, next) => void next());
  const { error, state } = await told(functions);
  gate.open();
  assert.equal((error as { code: string }).code, "INTERCEPTOR_INVALID");
  assert.deepEqual(state, { total: 0 });
});

test("next called after the message has ended is CONTEXT_CLOSED, and runs no handler", async () => {
  let late: (() => unknown) | undefined;
  let invocation: InterceptedInvocation | undefined;
  const functions = adding().use((received, next) => {
    invocation = received;
    late = next;
  });
  assert.deepEqual((await told(functions)).state, { total: 0 });
  throwsCode(() => late?.(), "CONTEXT_CLOSED");
  throwsCode(() => invocation?.onSend(() => undefined), "CONTEXT_CLOSED");
});

test("what an interceptor sends and writes belongs to the message", async () => {
  const functions = adding().use(({ context }, next) => {
    context.send("test/audit", "log", "called");
    context.state.set("total", Types.int.pack(10));
    return next();
  });
  const { sent, state } = await told(functions);
  assert.deepEqual([sent.length, state], [1, { total: 13 }]);
});

test("an interceptor of a read-only handler may not change anything either", async () => {
  const functions = new StatefulFunctions()
    .register("test/f", (text) => text, { handles: [Types.string], readOnly: [Types.string] })
    .use(({ context }, next) => {
      context.send("test/audit", "log", "called");
      return next();
    });
  assert.equal(((await told(functions)).error as { code: string }).code, "HANDLER_READ_ONLY");
});

test("onSend sees every message that leaves, and its metadata goes with it in place of the same names", async () => {
  const seen: unknown[] = [];
  const functions = adding((text, context) => {
    context.send("test/g", "b", text, { metadata: { tenant: "mine", other: "1" } });
    context.sendAfter(5_000, "test/g", "c", text);
    context.sendEgress("test/out", text);
    return text;
  }).use((invocation, next) => {
    invocation.onSend(({ target, egress, message, delay }) => {
      seen.push([target?.name ?? egress, message.typename, delay]);
      return { tenant: "t1" };
    });
    return next();
  });
  const { sent, delayed, egress, answer } = await told(functions);
  const string = Types.string.typename;
  assert.deepEqual(seen, [
    ["g", string, 0],
    ["g", string, 5_000],
    ["test/out", string, 0],
    ["call", string, 0],
  ]);
  assert.equal(answer, "abc");
  assert.deepEqual(
    [...sent, ...delayed, ...egress].map(({ metadata }) => metadata),
    [{ other: "1", tenant: "t1" }, { tenant: "t1" }, { tenant: "t1" }],
  );
});

test("a listener's pair replaces every pair of its name, and the pairs of the next listener replace its own", async () => {
  const functions = adding((text, context) =>
    context.send("test/g", "b", text, {
      metadata: [
        ["tenant", "1"],
        ["other", "2"],
        ["tenant", "3"],
      ],
    }),
  ).use((invocation, next) => {
    invocation.onSend(() => ({ tenant: "first" }));
    invocation.onSend(({ message }) => ({ tenant: `${message.metadata.getText("tenant")}, second` }));
    return next();
  });
  const outcome = await new LocalFunctions(functions).run(batch("a"), taker());
  assert.ok("part" in outcome);
  const [sent] = outcome.part.effects.messages;
  const pairs = [...(sent?.argument.metadata ?? [])].map(([name, value]) => [
    name,
    Buffer.from(value ?? []).toString(),
  ]);
  assert.deepEqual(pairs, [
    ["other", "2"],
    ["tenant", "first, second"],
  ]);
});

test("listeners end with their message", async () => {
  let first = true;
  const functions = adding((text, context) => context.send("test/g", "b", text)).use((invocation, next) => {
    if (first) invocation.onSend(() => ({ tenant: "t1" }));
    first = false;
    return next();
  });
  const outcome = await new LocalFunctions(functions).run(batch("a", "b"), taker());
  assert.ok("part" in outcome);
  const tenants = outcome.part.effects.messages.map(({ argument }) => argument.metadata.getText("tenant"));
  assert.deepEqual(tenants, ["t1", undefined]);
});

test("metadata of a listener counts towards the limit of a message", async () => {
  const functions = adding((text, context) => context.send("test/g", "b", text)).use((invocation, next) => {
    invocation.onSend(() => new Metadata({ big: "x".repeat(9_000) }));
    return next();
  });
  assert.equal(((await told(functions)).error as { code: string }).code, "METADATA_TOO_LARGE");
});

test("a catch-all gets a copy of the message's bytes, also behind an interceptor", () => {
  const bytes = new Uint8Array([1, 2]);
  const functions = new StatefulFunctions()
    .register("test/f", ({ value }: TypedValue) => void value.fill(0))
    .use((_invocation, next) => next());
  const invocations = [{ caller: undefined, argument: new TypedValue("test/bytes", bytes) }];
  new LocalFunctions(functions).run({ ...batch(), invocations, state: [] }, taker());
  assert.deepEqual([...bytes], [1, 2]);
});

test("use takes a function and nothing else", () => {
  throwsCode(() => new StatefulFunctions().use({} as never), "OPTION_INVALID");
});
