// A subclass keeps its parent's handlers and states, may override them, and leaves the parent as it was.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { declarationOf } from "../../src/functions/class-record.js";
import { Handles, State, StatefulFunction, StatefulFunctions, TypedValue, Types } from "../../src/index.js";
import { Engine, message, packed, primitive, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";

const { User, Admin, Greeting } = example;
const seth = message(User, { name: "Seth" });
const root = message(Admin, { name: "Root" });
const hello = message(Greeting, { text: "hello" });
let seen: string[] = [];

@StatefulFunction("family/parent")
class Parent {
  @State("count", Types.int) count = 1;
  @State("name", Types.string) name = "parent";
  @Handles(User)
  user() {
    seen.push("parent user");
    this.count++;
  }
  @Handles(Admin, Types.int)
  admin() {
    seen.push("parent admin");
  }
}

@StatefulFunction("family/child")
class Child extends Parent {
  @State("extra", Types.bool) extra = false;
  @Handles(Greeting)
  greeting() {
    seen.push("child greeting");
    this.extra = true;
    this.name += "!";
  }
}

const run = async (functionClass: new () => object, to: string, messages: object[], state = {}) => {
  seen = [];
  const engine = new Engine(new StatefulFunctions(functionClass), "v3");
  return engine.call({ to, state, messages: messages.map((argument) => ({ argument: argument as typeof seth })) });
};
const missing = async (functionClass: new () => object, to: string) => {
  const engine = new Engine(new StatefulFunctions(functionClass), "v3");
  return (await engine.missing({ to, messages: [{ argument: seth }] })).map(
    ({ name, typename }) => `${name}: ${typename}`,
  );
};

test("a subclass has its parent's handlers and states besides its own", async () => {
  const state = { count: undefined, name: undefined, extra: undefined };
  const { mutations } = await run(Child, "family/child/1", [seth, root, hello], state);
  assert.deepEqual(seen, ["parent user", "parent admin", "child greeting"]);
  assert.deepEqual(mutations, [
    { name: "count", value: shown(primitive("v3", "int", 2)) },
    { name: "name", value: shown(primitive("v3", "string", "parent!")) },
    { name: "extra", value: shown(primitive("v3", "bool", true)) },
  ]);
});

for (const [dialect, context] of [
  ["standard", { kind: "class", name: "F", metadata: {} }],
  ["legacy", undefined],
] as const) {
  test(`the options of @StatefulFunction are the class's own, with a ${dialect} decorator`, () => {
    const decorated = class {
      handle() {}
    };
    const decorate: Function = StatefulFunction("family/own", {
      retry: { attempts: 3, window: { hours: 1 } },
      onFailure: "deadLetter",
    });
    decorate(...(context === undefined ? [decorated] : [decorated, context]));
    const { policy } = declarationOf(decorated);
    assert.deepEqual([policy.retry?.attempts, policy.retry?.windowMs, policy.onFailure], [3, 3_600_000, "deadLetter"]);
    throwsCode(() => StatefulFunction("family/own", { retry: { attempts: 0 } }), "OPTION_INVALID", "family/own");
    throwsCode(() => StatefulFunction("family/own", { retries: 3 } as object), "OPTION_INVALID", "retries");
    throwsCode(() => StatefulFunction("family/own", { retry: { window: 0 } }), "DURATION_INVALID", "window");
  });
}

test("a subclass does not have its parent's options, as it does not have its parent's type name", () => {
  @StatefulFunction("family/strict", { retry: { attempts: 1 } })
  class Strict extends Parent {}
  @StatefulFunction("family/stricter")
  class Stricter extends Strict {}
  const functions = new StatefulFunctions(Strict, Stricter);
  assert.equal(functions.get("family/strict")?.policy.retry?.attempts, 1);
  assert.equal(functions.get("family/stricter")?.policy.retry, undefined);
});

test("the parent is unchanged by its subclasses", async () => {
  assert.deepEqual(await missing(Parent, "family/parent/1"), [
    "count: io.statefun.types/int",
    "name: io.statefun.types/string",
  ]);
  const call = run(Parent, "family/parent/1", [hello], { count: undefined, name: undefined });
  await rejectsCode(call, "MESSAGE_UNHANDLED", "family/parent", "example.Greeting");
});

test("a method that is overridden without a decorator still handles", async () => {
  @StatefulFunction("family/override")
  class Override extends Parent {
    override user() {
      seen.push("child user");
      super.user();
    }
  }
  await run(Override, "family/override/1", [seth], { count: undefined, name: undefined });
  assert.deepEqual(seen, ["child user", "parent user"]);
});

test("a method that is overridden with a decorator takes only what the new one says", async () => {
  @StatefulFunction("family/override")
  class Override extends Parent {
    @Handles(Types.string)
    override user() {
      seen.push("child user");
    }
  }
  const state = { count: undefined, name: undefined };
  await run(Override, "family/override/1", [primitive("v3", "string", "x")], state);
  assert.deepEqual(seen, ["child user"]);
  await rejectsCode(run(Override, "family/override/1", [seth], state), "MESSAGE_UNHANDLED", "example.User");
});

test("another method may take over one of the types a parent's handler takes", async () => {
  @StatefulFunction("family/override")
  class Override extends Parent {
    @Handles(Admin)
    ownAdmin() {
      seen.push("child admin");
    }
  }
  const state = { count: undefined, name: undefined };
  await run(Override, "family/override/1", [root, primitive("v3", "int", 5), seth], state);
  assert.deepEqual(seen, ["child admin", "parent admin", "parent user"]);
});

test("another method may take over a type under another name for it", async () => {
  class SameUser {
    static encode = User.encode;
    static decode = User.decode;
    static getTypeUrl = User.getTypeUrl;
    name = "";
  }
  @StatefulFunction("family/override")
  class Override extends Parent {
    @Handles(SameUser)
    ownUser() {
      seen.push("child user");
    }
  }
  await run(Override, "family/override/1", [seth], { count: undefined, name: undefined });
  assert.deepEqual(seen, ["child user"]);
});

test("a subclass may take over the catch-all", async () => {
  @StatefulFunction("family/all")
  class All {
    @Handles() all() {
      seen.push("parent all");
    }
  }
  @StatefulFunction("family/own")
  class Own extends All {
    @Handles(TypedValue) own() {
      seen.push("child all");
    }
  }
  await run(Own, "family/own/1", [packed("a/b", "")]);
  await run(All, "family/all/1", [packed("a/b", "")]);
  assert.deepEqual(seen, ["parent all"]);
  await run(Own, "family/own/1", [packed("a/b", "")]);
  assert.deepEqual(seen, ["child all"]);
});

test("a state may be given another default, type or expiration", async () => {
  @StatefulFunction("family/override")
  class Override extends Parent {
    override count = 100;
    @State("name", Types.string, { expireAfterWrite: 5 }) override name = "child";
  }
  const { mutations } = await run(Override, "family/override/1", [seth], { count: undefined, name: undefined });
  assert.deepEqual(mutations, [{ name: "count", value: shown(primitive("v3", "int", 101)) }]);
  const engine = new Engine(new StatefulFunctions(Override), "v3");
  const specs = await engine.missing({ to: "family/override/1", messages: [{ argument: seth }] });
  assert.deepEqual(
    specs.map(({ name, mode, afterMs }) => [name, mode, afterMs]),
    [
      ["count", "NONE", 0],
      ["name", "AFTER_WRITE", 5],
    ],
  );
});

test("a property may be kept under another name", async () => {
  @StatefulFunction("family/override")
  class Override extends Parent {
    @State("own.count", Types.long) override count: any = 5n;
    @Handles(User) override user() {}
  }
  assert.deepEqual(await missing(Override, "family/override/1"), [
    "name: io.statefun.types/string",
    "own.count: io.statefun.types/long",
  ]);
});

test("siblings do not see each other", async () => {
  @StatefulFunction("family/sibling")
  class Sibling extends Parent {
    @State("other", Types.int) other = 0;
  }
  assert.deepEqual(
    (await missing(Sibling, "family/sibling/1")).map((state) => state.split(":")[0]),
    ["count", "name", "other"],
  );
  assert.deepEqual(
    (await missing(Child, "family/child/1")).map((state) => state.split(":")[0]),
    ["count", "name", "extra"],
  );
});

test("a base without @StatefulFunction gives its members too, over two generations", async () => {
  abstract class Base {
    @State("base", Types.int) base = 0;
    @Handles(User)
    user() {
      seen.push(this.name());
      this.base++;
    }
    abstract name(): string;
  }
  class Middle extends Base {
    @State("middle", Types.int) middle = 0;
    name() {
      return "middle";
    }
  }
  @StatefulFunction("family/leaf")
  class Leaf extends Middle {
    override name() {
      return "leaf";
    }
  }
  const { mutations } = await run(Leaf, "family/leaf/1", [seth], { base: undefined, middle: undefined });
  assert.deepEqual(seen, ["leaf"]);
  assert.deepEqual(
    mutations.map(({ name }) => name),
    ["base"],
  );
});

test("a subclass without @StatefulFunction of its own is FUNCTION_UNDECORATED", () => {
  class Undecorated extends Parent {}
  throwsCode(() => new StatefulFunctions(Undecorated), "FUNCTION_UNDECORATED", "Undecorated");
});

test("Symbol.metadata may be replaced after the import, also between a parent and its subclass", async (t) => {
  const symbols = Symbol as { metadata?: symbol };
  const before = symbols.metadata;
  t.after(() => Object.defineProperty(Symbol, "metadata", { value: before, configurable: true, writable: true }));
  const replace = (metadata: symbol) => Object.defineProperty(Symbol, "metadata", { value: metadata });
  replace(Symbol("first"));
  class Base {
    @State("count", Types.int) count = 0;
    @Handles(User)
    user() {
      seen.push("user");
      this.count++;
    }
  }
  replace(Symbol("second"));
  @StatefulFunction("family/replaced")
  class Replaced extends Base {
    @Handles(Admin)
    admin() {
      seen.push("admin");
    }
  }
  const { mutations } = await run(Replaced, "family/replaced/1", [seth, root], { count: undefined });
  assert.deepEqual(seen, ["user", "admin"]);
  assert.deepEqual(mutations, [{ name: "count", value: shown(primitive("v3", "int", 1)) }]);
});

const extend = <C extends new (...args: any[]) => object>(target: C, _context?: unknown) => class extends target {};
const proxy = <C extends new (...args: any[]) => object>(target: C, _context?: unknown) => new Proxy(target, {});

for (const [how, wrap] of [
  ["extends the class", extend],
  ["is a Proxy of the class", proxy],
] as const) {
  test(`another class decorator may put a class in the class's place that ${how}`, async () => {
    @wrap
    @StatefulFunction("family/above")
    class Above {
      @Handles(User)
      user() {
        seen.push("above");
      }
    }
    @StatefulFunction("family/below")
    @wrap
    class Below {
      @Handles(User)
      user() {
        seen.push("below");
      }
    }
    await run(Above, "family/above/1", [seth]);
    assert.deepEqual(seen, ["above"]);
    await run(Below, "family/below/1", [seth]);
    assert.deepEqual(seen, ["below"]);
    class Undecorated extends Above {}
    throwsCode(() => new StatefulFunctions(Undecorated), "FUNCTION_UNDECORATED", "Undecorated");
  });
}

/** What a compiler makes of a legacy class decorator and of @Handles(User) on the method "user". */
function legacy(...decorators: ((target: any) => any)[]) {
  class Legacy {
    user() {
      seen.push("legacy");
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Legacy.prototype, "user") as PropertyDescriptor;
  (Handles(User) as (...args: unknown[]) => void)(Legacy.prototype, "user", descriptor);
  return decorators.reduceRight((target: any, decorate) => decorate(target) ?? target, Legacy);
}

test("the same holds for legacy decorators, where a class that extends it must stand below", async () => {
  const named = StatefulFunction("family/legacy") as (target: any) => any;
  const prototypal = (target: any) =>
    Object.assign(
      function Wrapper(...args: unknown[]) {
        return Reflect.construct(target, args);
      },
      { prototype: target.prototype },
    );
  for (const made of [legacy(named, extend), legacy(named, proxy), legacy(proxy, named), legacy(prototypal, named)]) {
    await run(made, "family/legacy/1", [seth]);
    assert.deepEqual(seen, ["legacy"]);
  }
  throwsCode(() => new StatefulFunctions(legacy(extend, named)), "FUNCTION_UNDECORATED", "Legacy", "above");
});
