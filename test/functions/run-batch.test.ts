// Which handler a message reaches, and what it is given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  type Context,
  custom,
  Handles,
  json,
  type ProtobufMessage,
  protobuf,
  StatefulFunction,
  StatefulFunctions,
  TypedValue,
  Types,
} from "../../src/index.js";
import type { MessageClass } from "../../src/model/protobuf-class.js";
import { Engine, generations, message, packed, primitive } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { anyType, wrapperType } from "../support/reflection.js";

const { User, Admin, Greeting } = example;
const seth = message(User, { name: "Seth" });
const root = message(Admin, { name: "Root", level: 3 });
const to = "example/probe/1";

let seen: unknown[] = [];

for (const generation of generations) {
  /** Calls with one batch and returns what the handlers noted down. */
  const dispatch = async (functionClass: new () => object, ...messages: { typename: string; value: Uint8Array }[]) => {
    seen = [];
    const engine = new Engine(new StatefulFunctions(functionClass), generation);
    await engine.call({ to, messages: messages.map((argument) => ({ argument })) });
    return seen;
  };

  test(`${generation}: each message reaches the handler of its type, decoded into its class`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User)
      user(user: example.User) {
        seen.push("user", user instanceof User, user.name);
      }
      @Handles(Admin)
      admin(admin: example.Admin) {
        seen.push("admin", admin instanceof Admin, admin.level);
      }
    }
    assert.deepEqual(await dispatch(Probe, seth, root, seth), [
      "user",
      true,
      "Seth",
      "admin",
      true,
      3,
      "user",
      true,
      "Seth",
    ]);
  });

  test(`${generation}: one handler takes a union of types`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User, Admin, Types.string, Types.int)
      any(value: example.User | example.Admin | string | number) {
        seen.push(typeof value === "object" ? value.constructor.name : value);
      }
    }
    const string = primitive(generation, "string", "hi");
    assert.deepEqual(await dispatch(Probe, seth, root, string, primitive(generation, "int", -5)), [
      "User",
      "Admin",
      "hi",
      -5,
    ]);
  });

  test(`${generation}: every kind of type is decoded`, async () => {
    const order = json<{ item: string }>("shop/order");
    const text = custom<string>(
      "example/text",
      (value) => Buffer.from(value),
      (bytes) => Buffer.from(bytes).toString(),
    );
    const own = protobuf(Greeting, "example/greeting");
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(Types.bool, Types.long, Types.float, Types.double, Types.bytes)
      primitives(value: boolean | bigint | number | Uint8Array) {
        seen.push(value);
      }
      @Handles(order)
      order({ item }: { item: string }) {
        seen.push(item);
      }
      @Handles(text)
      text(value: string) {
        seen.push(value);
      }
      @Handles(own)
      greeting({ text }: example.Greeting) {
        seen.push(text);
      }
    }
    const calls = [
      primitive(generation, "bool", true),
      primitive(generation, "long", -(2n ** 63n)),
      primitive(generation, "float", 1.5),
      primitive(generation, "double", 0.1),
      packed("type.googleapis.com/google.protobuf.BytesValue", Buffer.from([0x0a, 1, 7])),
      packed("shop/order", '{"item":"tea"}'),
      packed("example/text", "é"),
      packed("example/greeting", message(Greeting, { text: "hello" }).value),
    ];
    const expected = [true, -(2n ** 63n), 1.5, 0.1, Uint8Array.of(7), "tea", "é", "hello"];
    assert.deepEqual(await dispatch(Probe, ...calls), expected);
  });

  test(`${generation}: a catch-all takes what no other handler takes, untyped`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User)
      user() {
        seen.push("user");
      }
      @Handles()
      rest(value: TypedValue) {
        seen.push(value.typename, value.is(Admin), value.is(User), Buffer.from(value.value).toString("hex"));
        if (value.is(Admin)) seen.push(value.as(Admin).level);
        if (value.is(Types.int)) seen.push(value.as(Types.int));
      }
    }
    const int = primitive(generation, "int", 9);
    assert.deepEqual(await dispatch(Probe, seth, root, int, packed("example/odd", "x")), [
      "user",
      ...[root.typename, true, false, root.hex, 3],
      ...[int.typename, false, false, int.hex, 9],
      ...["example/odd", false, false, "78"],
    ]);
  });

  test(`${generation}: TypedValue can be named beside other types`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User, TypedValue)
      all(value: example.User | TypedValue) {
        seen.push(value instanceof TypedValue ? value.typename : value.name);
      }
    }
    assert.deepEqual(await dispatch(Probe, seth, root), ["Seth", root.typename]);
  });

  test(`${generation}: a class of google.protobuf.Any takes every message, as an Any`, async () => {
    type AnyMessage = ProtobufMessage & { type_url: string; value: Uint8Array };
    const Any = anyType.ctor as unknown as MessageClass<AnyMessage>;
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(Any)
      any(any: AnyMessage, context: Context) {
        seen.push(any instanceof Any, any.type_url, Buffer.from(any.value).toString("hex"));
        context.send("example/other", "1", any);
      }
    }
    const engine = new Engine(new StatefulFunctions(Probe), generation);
    seen = [];
    const answer = await engine.call({ to, messages: [{ argument: seth }] });
    assert.deepEqual(seen, [true, seth.typename, seth.hex]);
    const { typename, hex } = seth;
    assert.deepEqual(answer.messages, [{ to: "example/other/1", argument: { typename, hex } }]);
  });

  test(`${generation}: the reflected type of google.protobuf.Any takes every message too`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(anyType)
      any(any: { type_url: string }) {
        seen.push(any.type_url);
      }
    }
    assert.deepEqual(await dispatch(Probe, seth), [seth.typename]);
  });

  test(`${generation}: an unknown type is MESSAGE_UNHANDLED, with its name and those that are handled`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User, Types.int)
      user() {}
      @Handles(Greeting)
      greeting() {}
    }
    const names = ["example/probe", root.typename, "example.User", "example.Greeting", "io.statefun.types/int"];
    await rejectsCode(dispatch(Probe, seth, root), "MESSAGE_UNHANDLED", ...names);
  });

  test(`${generation}: bytes that are not of their type are VALUE_UNREADABLE`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User)
      user() {
        seen.push("called");
      }
    }
    await rejectsCode(
      dispatch(Probe, packed(seth.typename, Buffer.from([0x0a, 5, 1]))),
      "VALUE_UNREADABLE",
      "example.User",
    );
    assert.deepEqual(seen, []);
  });

  test(`${generation}: asynchronous handlers run one after the other`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User)
      async user({ name }: example.User) {
        seen.push(`${name} begins`);
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
        seen.push(`${name} ends`);
      }
      @Handles(Admin)
      admin() {
        seen.push("admin");
      }
      @Handles(Types.int)
      thenable() {
        return {
          then(resolve: () => void) {
            seen.push("thenable");
            resolve();
          },
        };
      }
    }
    const two = message(User, { name: "Two" });
    assert.deepEqual(await dispatch(Probe, seth, root, two, primitive(generation, "int", 1), root), [
      "Seth begins",
      "Seth ends",
      "admin",
      "Two begins",
      "Two ends",
      "thenable",
      "admin",
    ]);
  });

  test(`${generation}: what a handler returns is ignored`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User)
      user(): unknown {
        return { then: 5, other: Symbol("x") };
      }
      @Handles(Admin)
      async admin() {
        return 2n ** 100n;
      }
    }
    assert.deepEqual(await dispatch(Probe, seth, root), []);
  });

  test(`${generation}: a handler is called with its instance as this`, async () => {
    @StatefulFunction("example/probe")
    class Probe {
      readonly #secret = 42;
      @Handles(User)
      user() {
        seen.push(this.#secret, this instanceof Probe);
      }
    }
    assert.deepEqual(await dispatch(Probe, seth), [42, true]);
  });

  test(`${generation}: handlers may be private, or named by a symbol`, async () => {
    const key = Symbol("handler");
    @StatefulFunction("example/probe")
    class Probe {
      @Handles(User)
      #user({ name }: example.User) {
        seen.push(name);
      }
      @Handles(Admin)
      [key]() {
        seen.push("symbol");
      }
      keep() {
        return this.#user;
      }
    }
    assert.deepEqual(await dispatch(Probe, seth, root), ["Seth", "symbol"]);
  });
}

test("v2: a wrapper reaches the handler of the primitive, for every primitive", async () => {
  @StatefulFunction("example/probe")
  class Probe {
    @Handles(Types.bool, Types.int, Types.long, Types.float, Types.double, Types.string)
    any(value: unknown) {
      seen.push(value);
    }
  }
  seen = [];
  const engine = new Engine(new StatefulFunctions(Probe), "v2");
  const values = { bool: true, int: -1, long: 5n, float: 0.5, double: 0.1, string: "s" } as const;
  const kinds = Object.keys(values) as (keyof typeof values)[];
  await engine.call({ to, messages: kinds.map((kind) => ({ argument: primitive("v2", kind, values[kind]) })) });
  assert.deepEqual(seen, Object.values(values));
});

test("v2: a handler of the wrapper class itself wins over the primitive's", async () => {
  const Int32Value = wrapperType("Int32Value").ctor as unknown as MessageClass<{ value: number }>;
  @StatefulFunction("example/probe")
  class Probe {
    @Handles(Types.int)
    int(value: number) {
      seen.push("int", value);
    }
    @Handles(Int32Value)
    wrapper(wrapper: { value: number }) {
      seen.push("wrapper", wrapper.value);
    }
  }
  seen = [];
  const functions = new StatefulFunctions(Probe);
  await new Engine(functions, "v2").call({ to, messages: [{ argument: primitive("v2", "int", 5) }] });
  await new Engine(functions, "v3").call({ to, messages: [{ argument: primitive("v3", "int", 6) }] });
  assert.deepEqual(seen, ["wrapper", 5, "int", 6]);
});
