// Declarations that would silently lose data: each is refused, or works.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  custom,
  Handles,
  json,
  kafkaRecord,
  protobuf as protobufOf,
  RequestReplyHandler,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "statefun-ts";
import { type Generation } from "../../src/model/invocation.js";
import { serve } from "../../src/serve/hosts/node.js";
import { Engine, Instance, packed, primitive } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";

const go = (generation: Generation) => ({ argument: primitive(generation, "string", "go") });
const Cart = json<{ items: number[] }>("test/cart");
const shared = { items: [] as number[] };

@StatefulFunction("test/shared")
class Shared {
  @State("cart", Cart) cart = shared;

  @Handles(Types.string)
  add() {
    this.cart.items.push(1);
  }
}

const registered = new StatefulFunctions(Shared).register(
  "test/registered",
  (_message, _context, state) => void state.cart.items.push(1),
  { handles: [Types.string], state: { cart: { type: Cart, default: () => shared } } },
);

for (const generation of ["v2", "v3"] as const) {
  for (const type of ["test/shared", "test/registered"]) {
    test(`${generation}: ${type}: a default that all instances share does not leak from one id to another`, async () => {
      const engine = new Engine(registered, generation);
      for (const id of ["1", "2"]) {
        const instance = new Instance(engine, `${type}/${id}`, ["cart"]);
        await instance.send(go(generation));
        assert.equal(Buffer.from(instance.state.get("cart")?.value ?? []).toString(), '{"items":[1]}', id);
      }
      assert.deepEqual(shared.items, []);
    });
  }

  test(`${generation}: a custom type's deserializer gets the same kind of bytes from a message and from a state`, async () => {
    const text = custom<string>(
      "test/text",
      (value) => Buffer.from(value),
      (bytes) => bytes.toString(),
    );
    const seen: (string | undefined)[] = [];
    const functions = new StatefulFunctions().register(
      "test/text",
      (message, _context, state) => void seen.push(message, state.kept),
      { handles: [text], state: { kept: text } },
    );
    const engine = new Engine(functions, generation);
    await engine.call({
      to: "test/text/1",
      state: { kept: packed("test/text", "hi") },
      messages: [{ argument: packed("test/text", "hello") }],
    });
    assert.deepEqual(seen, ["hello", "hi"]);
  });
}

test("a generator is no handler: it would not run", () => {
  throwsCode(() => {
    class Lazy {
      @Handles(Types.string) *handle() {}
    }
    return Lazy;
  }, "DECORATOR_MISPLACED");
  throwsCode(() => {
    class Lazy {
      @Handles(Types.string) async *handle() {}
    }
    return Lazy;
  }, "DECORATOR_MISPLACED");
  throwsCode(() => new StatefulFunctions().register("a/b", function* () {}), "HANDLER_MISSING");
});

test("a property is one state, not two", () => {
  throwsCode(
    () => {
      class Twice {
        @State("a", Types.int) @State("b", Types.int) count = 0;
      }
      return Twice;
    },
    "STATE_DUPLICATE",
    '"a"',
    '"b"',
  );
});

test("what is no object of options is OPTION_INVALID, not ignored", async () => {
  const any = (value: unknown) => value as any;
  throwsCode(() => State("n", Types.int, any(60_000)), "OPTION_INVALID");
  throwsCode(
    () =>
      new StatefulFunctions().bind(
        Shared,
        any(() => new Shared()),
      ),
    "OPTION_INVALID",
  );
  throwsCode(() => new StatefulFunctions().bind(Shared, any({ create: new Shared() })), "OPTION_INVALID", "create");
  throwsCode(() => kafkaRecord(any({ topic: "t", value: "v", Key: "k" })), "OPTION_INVALID", "Key");
  throwsCode(() => kafkaRecord(any(undefined)), "EGRESS_RECORD_INVALID", "topic");
  throwsCode(() => new StatefulFunctions().register("a/b", () => {}, any(null)), "OPTION_INVALID");
  await assert.rejects(serve(registered, any(8155)), { code: "OPTION_INVALID" });
});

test("a declaration that can't work is refused where it is written, not at the first message", () => {
  const any = (value: unknown) => value as any;
  throwsCode(() => new StatefulFunctions().register("a/b", any(Shared)), "HANDLER_MISSING", "bind");
  throwsCode(() => new StatefulFunctions().register("a/b", () => {}, any({ handles: Types.int })), "OPTION_INVALID");
  throwsCode(() => new RequestReplyHandler(any(Shared)), "OPTION_INVALID");
  throwsCode(() => new RequestReplyHandler(registered, any({ logger: console.log })), "OPTION_INVALID");
  throwsCode(() => new RequestReplyHandler(registered, any({ logger: { error() {} } })), "OPTION_INVALID");
  throwsCode(() => json("a/b", any({ parse() {} })), "OPTION_INVALID");
  throwsCode(() => any(custom)("a/b"), "OPTION_INVALID");
  throwsCode(() => any(protobufOf)(undefined), "TYPE_UNKNOWN");
});

test("an id, a token and a state's name that UTF-8 can't hold are refused", async () => {
  throwsCode(() => State("\ud800", Types.int), "STATE_NAME_INVALID");
  const half = "a\udc00";
  const attempts: [string, (context: Context) => void][] = [
    ["ID_MISSING", (context) => context.send("a/b", half, "x")],
    ["TOKEN_INVALID", (context) => context.cancelDelayedMessage(half)],
  ];
  for (const [code, attempt] of attempts) {
    const functions = new StatefulFunctions().register("a/b", (_message, context) => attempt(context));
    const engine = new Engine(functions, "v3");
    await assert.rejects(engine.call({ to: "a/b/1", messages: [go("v3")] }), { code });
  }
});

test("a logger that fails, at once or later, changes no answer and leaves no rejection unhandled", async (t) => {
  const told = t.mock.method(console, "error", () => {});
  for (const error of [
    () => {
      throw new Error("broken");
    },
    async () => Promise.reject(new Error("broken")),
  ]) {
    const handler = new RequestReplyHandler(new StatefulFunctions(), { logger: { error, warn: error } });
    await assert.rejects(handler.handle(Buffer.from("nothing")), { code: "REQUEST_MALFORMED" });
  }
  await new Promise(setImmediate); // where an unhandled rejection would end the process
  assert.equal(told.mock.callCount(), 2);
});
