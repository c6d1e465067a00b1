// Functions without decorators: register() does everything that a class does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { type Context, json, StatefulFunctions, TypedValue, Types } from "../../src/index.js";
import { Engine, generations, message, packed, primitive, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { anyType } from "../support/reflection.js";

const { User, Admin } = example;
const seth = message(User, { name: "Seth" });
const to = "example/caller/1";
const list = json<string[]>("example/list");

for (const generation of generations) {
  const int = (value: number) => primitive(generation, "int", value);

  test(`${generation}: a handler without types takes every message untyped`, async () => {
    const seen: unknown[] = [];
    const functions = new StatefulFunctions().register("example/caller", (received, context) => {
      seen.push(received instanceof TypedValue, received.is(User), received.as(User).name, String(context.address));
      context.send("a/b", "1", received);
    });
    const answer = await new Engine(functions, generation).call({ to, messages: [{ argument: seth }] });
    assert.deepEqual(seen, [true, true, "Seth", to]);
    assert.deepEqual(answer.messages, [{ to: "a/b/1", argument: shown(seth) }]);
  });

  test(`${generation}: one type, a union, TypedValue and google.protobuf.Any can be handled`, async () => {
    const seen: unknown[] = [];
    const functions = new StatefulFunctions()
      .register("a/one", (user) => void seen.push(user.name), { handles: [User] })
      .register("a/union", (value) => void seen.push(typeof value === "number" ? value : value.constructor.name), {
        handles: [User, Admin, Types.int],
      })
      .register("a/rest", (value) => void seen.push(value instanceof TypedValue ? "rest" : value.name), {
        handles: [User, TypedValue],
      })
      .register("a/any", (any: any) => void seen.push(any.type_url), { handles: [anyType.ctor as any] });
    const engine = new Engine(functions, generation);
    for (const name of ["a/one", "a/union", "a/rest", "a/any"]) {
      await engine.call({ to: `${name}/1`, messages: [{ argument: seth }] });
    }
    await engine.call({ to: "a/union/1", messages: [{ argument: int(5) }] });
    await engine.call({ to: "a/rest/1", messages: [{ argument: int(5) }] });
    assert.deepEqual(seen, ["Seth", "User", "Seth", seth.typename, 5, "rest"]);
    const call = engine.call({ to: "a/one/1", messages: [{ argument: int(5) }] });
    await rejectsCode(call, "MESSAGE_UNHANDLED", "a/one", "example.User");
  });

  test(`${generation}: states are absent, defaults, changed, deleted and restored as a class's are`, async () => {
    const seen: unknown[] = [];
    const functions = new StatefulFunctions().register(
      "example/caller",
      (_message, _context, state) => {
        seen.push(state.count, state.list.length, state.bare, state.user?.name);
        if (seen.length === 4) {
          state.count += 1;
          state.list.push("x");
          state.bare = 7;
          if (state.user) state.user.name = "Changed";
        } else if (seen.length === 8) {
          delete (state as Partial<typeof state>).count;
          (state as { list?: unknown }).list = null;
          state.bare = undefined;
        }
      },
      {
        state: {
          count: { type: Types.int, default: 10 },
          list: { type: list, default: () => ["initial"] },
          bare: Types.int,
          user: User,
        },
      },
    );
    const engine = new Engine(functions, generation);
    const go = { argument: packed("example/go", "") };
    const state = { count: undefined, list: undefined, bare: undefined, user: seth };
    const first = await engine.call({ to, state, messages: [go] });
    assert.deepEqual(seen.splice(0), [10, 1, undefined, "Seth"]);
    assert.deepEqual(first.mutations, [
      { name: "count", value: shown(int(11)) },
      { name: "list", value: shown(packed("example/list", '["initial","x"]')) },
      { name: "bare", value: shown(int(7)) },
      { name: "user", value: shown(message(User, { name: "Changed" })) },
    ]);
    seen.push(0, 0, 0, 0);
    const stored = { count: int(5), list: packed("example/list", "[]"), bare: int(1), user: undefined };
    const second = await engine.call({ to, state: stored, messages: [go, go] });
    assert.deepEqual(seen.slice(4), [5, 0, 1, undefined, 10, 1, undefined, undefined]);
    assert.deepEqual(second.mutations, [
      { name: "count", value: undefined },
      { name: "list", value: undefined },
      { name: "bare", value: undefined },
    ]);
  });

  test(`${generation}: asynchronous handlers run in order, and their failures fail the batch`, async () => {
    const order: string[] = [];
    const gate = new Gate();
    const functions = new StatefulFunctions()
      .register(
        "example/caller",
        async (user) => {
          order.push(`${user.name} begins`);
          await gate.promise;
          order.push(`${user.name} ends`);
        },
        { handles: [User] },
      )
      .register("example/failing", async () => {
        throw new Error("boom");
      });
    const engine = new Engine(functions, generation);
    const two = message(User, { name: "Two" });
    const call = engine.call({ to, messages: [{ argument: seth }, { argument: two }] });
    gate.open();
    await call;
    assert.deepEqual(order, ["Seth begins", "Seth ends", "Two begins", "Two ends"]);
    const failing = engine.call({ to: "example/failing/9", messages: [{ argument: seth }] });
    await rejectsCode(failing, "HANDLER_FAILED", "example/failing/9", "boom", "1 of 1");
  });

  test(`${generation}: the context replies, sends and reaches states by name`, async () => {
    const functions = new StatefulFunctions().register(
      "example/caller",
      (_user, context: Context, state) => {
        context.reply("hello");
        context.sendAfter({ seconds: 1 }, "a/b", "2", "later");
        context.state.set("renamed", Types.int.pack(5));
        assert.equal(state.count, 5);
      },
      { handles: [User], state: { count: { type: Types.int, name: "renamed" } } },
    );
    const call = { to, state: { renamed: undefined }, messages: [{ from: "a/b/c", argument: seth }] };
    const answer = await new Engine(functions, generation).call(call);
    assert.deepEqual(
      answer.messages.map((sent) => sent.to),
      ["a/b/c"],
    );
    assert.deepEqual(
      answer.delayed.map((sent) => ("delayMs" in sent ? sent.delayMs : 0)),
      [1000],
    );
    assert.deepEqual(answer.mutations, [{ name: "renamed", value: shown(int(5)) }]);
  });

  test(`${generation}: states named like an object's own members are states`, async () => {
    const functions = new StatefulFunctions().register(
      "example/caller",
      (_message, _context, state) => {
        state.constructor = (state.constructor ?? 0) + 1;
        state.toString = (state.toString ?? 0) + 1;
        state.proto = (state.proto ?? 0) + 1;
      },
      { state: { constructor: Types.int, toString: Types.int, proto: { type: Types.int, name: "__proto__" } } },
    );
    const answer = await new Engine(functions, generation).call({
      to,
      state: new Map([
        ["constructor", undefined],
        ["toString", int(4)],
        ["__proto__", undefined],
      ]),
      messages: [{ argument: seth }],
    });
    assert.deepEqual(answer.mutations, [
      { name: "constructor", value: shown(int(1)) },
      { name: "toString", value: shown(int(5)) },
      { name: "__proto__", value: shown(int(1)) },
    ]);
  });
}

test("v3: missing states are asked for with their names, types and expirations", async () => {
  const functions = new StatefulFunctions().register("example/caller", () => {}, {
    state: {
      count: Types.int,
      seen: { type: User, name: "seen.User", expireAfterCall: { days: 1 } },
      list: { type: list, expireAfterWrite: 5 },
    },
  });
  assert.deepEqual(await new Engine(functions, "v3").missing({ to, messages: [{ argument: seth }] }), [
    { name: "count", typename: "io.statefun.types/int", mode: "NONE", afterMs: 0 },
    { name: "seen.User", typename: "type.googleapis.com/example.User", mode: "AFTER_INVOKE", afterMs: 86_400_000 },
    { name: "list", typename: "example/list", mode: "AFTER_WRITE", afterMs: 5 },
  ]);
});

const wrong: [string, (functions: StatefulFunctions) => unknown, Parameters<typeof throwsCode>[1], string?][] = [
  ["a type name without a slash", (f) => f.register("caller", () => {}), "TYPE_NAME_INVALID", "caller"],
  ["a handler that is missing", (f) => f.register("a/b", undefined as any), "HANDLER_MISSING", "a/b"],
  ["a handler that is no function", (f) => f.register("a/b", {} as any), "HANDLER_MISSING", "a/b"],
  [
    "a type handled twice",
    (f) => f.register("a/b", () => {}, { handles: [User, User] }),
    "HANDLER_DUPLICATE",
    "example.User",
  ],
  ["a handled type that is none", (f) => f.register("a/b", () => {}, { handles: [5 as any] }), "TYPE_UNKNOWN"],
  [
    "a handled type that is undefined",
    (f) => f.register("a/b", () => {}, { handles: [undefined as any] }),
    "TYPE_UNKNOWN",
  ],
  ["a state type that is none", (f) => f.register("a/b", () => {}, { state: { x: "int" as any } }), "TYPE_UNKNOWN"],
  ["a state type that is null", (f) => f.register("a/b", () => {}, { state: { x: null as any } }), "TYPE_UNKNOWN"],
  ["a state without a type", (f) => f.register("a/b", () => {}, { state: { x: {} as any } }), "TYPE_UNKNOWN"],
  ["an empty state name", (f) => f.register("a/b", () => {}, { state: { "": Types.int } }), "STATE_NAME_INVALID"],
  [
    "an empty name option",
    (f) => f.register("a/b", () => {}, { state: { x: { type: Types.int, name: "" } } }),
    "STATE_NAME_INVALID",
    "x",
  ],
  [
    "a key __proto__",
    (f) => f.register("a/b", () => {}, { state: { ["__proto__"]: Types.int } }),
    "STATE_NAME_INVALID",
    "__proto__",
  ],
  [
    "one name for two states",
    (f) => f.register("a/b", () => {}, { state: { x: Types.int, y: { type: Types.int, name: "x" } } }),
    "STATE_DUPLICATE",
    '"x"',
  ],
  [
    "an object as a default",
    (f) => f.register("a/b", () => {}, { state: { x: { type: list, default: [] as any } } }),
    "OPTION_INVALID",
    '"x"',
  ],
  [
    "a bad expiration",
    (f) => f.register("a/b", () => {}, { state: { x: { type: Types.int, expireAfterCall: 0 } } }),
    "EXPIRATION_INVALID",
    '"x"',
  ],
  [
    "both expirations",
    (f) => f.register("a/b", () => {}, { state: { x: { type: Types.int, expireAfterCall: 1, expireAfterWrite: 1 } } }),
    "EXPIRATION_INVALID",
    '"x"',
  ],
];
for (const [what, register, code, name] of wrong) {
  test(`${what} is ${code} when it is registered`, () => {
    throwsCode(() => register(new StatefulFunctions()), code, ...(name === undefined ? [] : [name]));
  });
}

test("a type name that is registered twice is FUNCTION_DUPLICATE", () => {
  const functions = new StatefulFunctions().register("a/b", () => {});
  throwsCode(() => functions.register("a/b", () => {}), "FUNCTION_DUPLICATE", "a/b");
  assert.deepEqual(functions.typeNames, ["a/b"]);
});

test("a registered function says what happens when a message fails, as a class does", () => {
  const functions = new StatefulFunctions().register("a/b", () => {}, {
    retry: { attempts: 3, firstDelay: { seconds: 1 } },
    onFailure: "deadLetter",
    deadLetterEgress: "a/letters",
  });
  const policy = functions.get("a/b")?.policy;
  assert.deepEqual([policy?.retry?.attempts, policy?.retry?.firstMs], [3, 1000]);
  assert.deepEqual([policy?.onFailure, policy?.deadLetterEgress], ["deadLetter", "a/letters"]);
  throwsCode(
    () => new StatefulFunctions().register("a/b", () => {}, { retry: { attempts: -1 } }),
    "OPTION_INVALID",
    "a/b",
  );
});
