// Binding classes: which instances work on a batch, and what is refused when a class is bound.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { Handles, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { Engine, message, primitive, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";

const { User } = example;
const seth = message(User, { name: "Seth" });
const go = { to: "example/greeter/1", state: { count: undefined }, messages: [{ argument: seth }, { argument: seth }] };

@StatefulFunction("example/greeter")
class Greeter {
  readonly greeting: string;
  @State("count", Types.int) count = 0;
  constructor(greeting: string) {
    this.greeting = greeting;
  }
  @Handles(User)
  greet() {
    this.count += this.greeting.length;
  }
}
const stored = [{ name: "count", value: shown(primitive("v3", "int", 10)) }];

test("a class is bound by the constructor, by bind, and found by its type name", () => {
  @StatefulFunction("a/one")
  class One {
    @Handles(User) handle() {}
  }
  @StatefulFunction("a/two")
  class Two {
    @Handles(User) handle() {}
  }
  const functions = new StatefulFunctions(One);
  assert.equal(functions.bind(Two), functions);
  assert.deepEqual(functions.typeNames, ["a/one", "a/two"]);
  assert.equal(functions.get("a/one")?.typeName, "a/one");
  assert.equal(functions.get("a/three"), undefined);
  assert.equal(functions.get("__proto__"), undefined);
});

test("each batch works on a new instance", async () => {
  const instances = new Set<object>();
  @StatefulFunction("example/greeter")
  class Fresh {
    turns = 0;
    @Handles(User)
    handle() {
      this.turns++;
      instances.add(this);
      assert.ok(this.turns <= 2);
    }
  }
  const engine = new Engine(new StatefulFunctions(Fresh), "v3");
  const { to, messages } = go;
  await engine.call({ to, messages });
  await engine.call({ to, messages });
  assert.equal(instances.size, 2);
});

test("create makes the instances, and is given the class", async () => {
  const input: unknown[] = [];
  const functions = new StatefulFunctions().bind(Greeter, {
    create: (functionClass) => {
      input.push(functionClass);
      return new functionClass("hello");
    },
  });
  assert.deepEqual(input, [], "not before there is a message");
  const answer = await new Engine(functions, "v3").call(go);
  assert.deepEqual(input, [Greeter]);
  assert.deepEqual(answer.mutations, stored);
});

test("create may be asynchronous", async () => {
  const functions = new StatefulFunctions().bind(Greeter, {
    create: async () => {
      await Promise.resolve();
      return new Greeter("hello");
    },
  });
  assert.deepEqual((await new Engine(functions, "v3").call(go)).mutations, stored);
});

test("create may return a subclass", async () => {
  class Loud extends Greeter {}
  const functions = new StatefulFunctions().bind(Greeter, { create: () => new Loud("hello") });
  assert.deepEqual((await new Engine(functions, "v3").call(go)).mutations, stored);
});

for (const asynchronous of [false, true]) {
  const how = asynchronous ? "an asynchronous create" : "create";
  const bindTo = (make: () => unknown) =>
    new Engine(
      new StatefulFunctions().bind(Greeter, { create: (asynchronous ? async () => make() : make) as () => Greeter }),
      "v3",
    );

  test(`${how} that returns the same instance twice is INSTANCE_INVALID`, async () => {
    const shared = new Greeter("hello");
    const engine = bindTo(() => shared);
    await engine.call(go);
    await rejectsCode(engine.call(go), "INSTANCE_INVALID", "Greeter");
  });

  for (const [what, value] of [
    ["undefined", undefined],
    ["null", null],
    ["text", "Greeter"],
    ["an instance of another class", new Date(0)],
    ["a plain object", {}],
  ] as const) {
    test(`${how} that returns ${what} is INSTANCE_INVALID`, async () => {
      await rejectsCode(bindTo(() => value).call(go), "INSTANCE_INVALID", "Greeter");
    });
  }

  test(`${how} that fails is HANDLER_FAILED`, async () => {
    const engine = bindTo(() => {
      throw new Error("no connection");
    });
    await rejectsCode(engine.call(go), "HANDLER_FAILED", "no connection");
    assert.equal(engine.logger.entries.length, 1);
  });
}

test("the default of a deleted state comes from a new instance that create makes", async () => {
  let made = 0;
  @StatefulFunction("example/greeter")
  class Deleting {
    @State("count", Types.int) count = 0;
    constructor(count: number) {
      this.count = count;
    }
    @Handles(User)
    handle() {
      seen.push(this.count);
      delete (this as { count?: number }).count;
    }
  }
  const seen: number[] = [];
  const functions = new StatefulFunctions().bind(Deleting, { create: async () => new Deleting(++made) });
  await new Engine(functions, "v3").call({ ...go, messages: [...go.messages, ...go.messages] });
  assert.deepEqual(seen, [1, 2, 3, 4]);
});

/** A promise of a library: it can be awaited, and is no Promise. */
const thenable = <T>(value: T): PromiseLike<T> => ({ then: (...handlers) => Promise.resolve(value).then(...handlers) });

test("create may return any thenable", async () => {
  const functions = new StatefulFunctions().bind(Greeter, { create: () => thenable(new Greeter("hello")) });
  assert.deepEqual((await new Engine(functions, "v3").call(go)).mutations, stored);
  const wrong = new StatefulFunctions().bind(Greeter, { create: () => thenable({} as Greeter) });
  await rejectsCode(new Engine(wrong, "v3").call(go), "INSTANCE_INVALID", "Greeter");
});

test("an instance with a method called then is an instance", async () => {
  let calls = 0;
  @StatefulFunction("example/greeter")
  class Chain {
    @Handles(User)
    then() {
      calls += 1;
    }
  }
  const functions = new StatefulFunctions().bind(Chain, { create: () => new Chain() });
  await new Engine(functions, "v3").call({ to: go.to, messages: go.messages });
  assert.equal(calls, 2);
});

test("a constructor with parameters and no create is OPTION_INVALID, and names the class", () => {
  const bind = () => new StatefulFunctions().bind(Greeter as unknown as new () => Greeter);
  throwsCode(bind, "OPTION_INVALID", "Greeter", "create");
});

test("a class bound twice, or two classes of one type name, are FUNCTION_DUPLICATE", () => {
  @StatefulFunction("a/b")
  class One {
    @Handles(User) handle() {}
  }
  @StatefulFunction("a/b")
  class Two {
    @Handles(User) handle() {}
  }
  throwsCode(() => new StatefulFunctions(One, One), "FUNCTION_DUPLICATE", "a/b");
  throwsCode(() => new StatefulFunctions(One).bind(Two), "FUNCTION_DUPLICATE", "a/b");
  throwsCode(() => new StatefulFunctions(One).register("a/b", () => {}), "FUNCTION_DUPLICATE", "a/b");
});

test("one class can be bound in two registries", () => {
  @StatefulFunction("a/b")
  class One {
    @Handles(User) handle() {}
  }
  assert.deepEqual(new StatefulFunctions(One).typeNames, new StatefulFunctions(One).typeNames);
});

test("a class without @StatefulFunction is FUNCTION_UNDECORATED, and so is anything that is not a class", () => {
  class Plain {
    @Handles(User) handle() {}
  }
  throwsCode(() => new StatefulFunctions(Plain), "FUNCTION_UNDECORATED", "Plain");
  for (const value of [undefined, null, {}, "a/b", Object.create(null)]) {
    throwsCode(() => new StatefulFunctions(value as any), "FUNCTION_UNDECORATED");
  }
});

test("a class without a handler is HANDLER_MISSING", () => {
  @StatefulFunction("a/b")
  class Silent {
    @State("count", Types.int) count = 0;
  }
  throwsCode(() => new StatefulFunctions(Silent), "HANDLER_MISSING", "a/b", "two copies");
});

test("a state's type is known from its initialiser, and a number is a double", async () => {
  @StatefulFunction("example/greeter")
  class Inferred {
    @State("number") number = 1;
    @State("text") text = "a";
    @State("flag") flag = false;
    @State("long") long = 5n;
    @State("bytes") bytes: Uint8Array = Uint8Array.of(1);
    @State("user") user = User.create({ name: "Seth" });
    @Handles(User) handle() {}
  }
  const missing = await new Engine(new StatefulFunctions(Inferred), "v3").missing({ to: go.to, messages: go.messages });
  assert.deepEqual(
    missing.map(({ name, typename }) => [name, typename]),
    [
      ["number", "io.statefun.types/double"],
      ["text", "io.statefun.types/string"],
      ["flag", "io.statefun.types/bool"],
      ["long", "io.statefun.types/long"],
      ["bytes", "type.googleapis.com/google.protobuf.BytesValue"],
      ["user", "type.googleapis.com/example.User"],
    ],
  );
});

test("a state whose type can't be known is TYPE_UNKNOWN, and names state, class and property", () => {
  @StatefulFunction("a/b")
  class Bare {
    @State("seen.count") seen?: number;
    @Handles(User) handle() {}
  }
  throwsCode(() => new StatefulFunctions(Bare), "TYPE_UNKNOWN", '"seen.count"', "Bare.seen", "Types.int");

  @StatefulFunction("a/b")
  class Plain {
    @State("cart") cart = { items: [] };
    @Handles(User) handle() {}
  }
  throwsCode(() => new StatefulFunctions(Plain), "TYPE_UNKNOWN", '"cart"');

  @StatefulFunction("a/b")
  class Made {
    @State("count") count = 0;
    @Handles(User) handle() {}
  }
  throwsCode(
    () => new StatefulFunctions().bind(Made, { create: () => new Made() }),
    "TYPE_UNKNOWN",
    '"count"',
    "create",
  );

  @StatefulFunction("a/b")
  class Throwing {
    @State("count") count = 0;
    constructor() {
      throw new Error("not now");
    }
    @Handles(User) handle() {}
  }
  throwsCode(() => new StatefulFunctions(Throwing), "TYPE_UNKNOWN", '"count"', "not now");
});
