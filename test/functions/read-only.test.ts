// Handlers that are declared to be read-only: how they are declared, and that a change in them fails their message, whatever
// calls the function.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { Engine, generations, primitive, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";

const Look = json<{ what: string }>("test/Look");
const to = "test/f/a";

const list = json<string[]>("test/list");

@StatefulFunction("test/f")
class Parent {
  @State("count", Types.int) count = 1;
  @State("list", list) list: string[] = [];

  @Handles(Types.int)
  add(amount: number) {
    this.count += amount;
  }

  @Handles(Look, Types.bool, { readOnly: true })
  look(message: { what: string } | boolean, context: Context) {
    const what = typeof message === "boolean" ? "reply" : message.what;
    if (what === "assign") this.count += 1;
    if (what === "same") this.count = Number(String(this.count));
    if (what === "deep") this.list.push("x");
    if (what === "send") context.send("a/b", "1", Types.int.pack(1));
    if (what === "caught") {
      try {
        context.sendEgress("a/b", "x");
      } catch {}
    }
    if (what === "reply") context.reply(Types.int.pack(this.count));
  }
}

for (const generation of generations) {
  const int = (value: number) => primitive(generation, "int", value);
  const argument = (value: object) => {
    const packed = generation === "v2" ? Look.pack(value as never).toV2() : Look.pack(value as never);
    return { typename: packed.typename, value: packed.value };
  };

  test(`${generation}: a change is HANDLER_READ_ONLY, by the state's name, and an answer is none`, async () => {
    const engine = new Engine(new StatefulFunctions(Parent), generation);
    const state = { count: int(4), list: undefined };
    const look = (what: string) =>
      engine.call({ to, state, messages: [{ argument: argument({ what }), from: "test/caller/1" }] });
    await rejectsCode(look("assign"), "HANDLER_READ_ONLY", "count");
    await rejectsCode(look("deep"), "HANDLER_READ_ONLY", "list");
    await rejectsCode(look("send"), "HANDLER_READ_ONLY", to);
    for (const what of ["same", "caught", "nothing"]) {
      assert.deepEqual(await look(what), { mutations: [], messages: [], delayed: [], egresses: [] }, what);
    }
    assert.deepEqual((await look("reply")).messages, [{ to: "test/caller/1", argument: shown(int(4)) }]);
  });
}

test("what other messages of its batch change stays", async () => {
  const engine = new Engine(new StatefulFunctions(Parent), "v3");
  const int = (value: number) => primitive("v3", "int", value);
  const reply = { argument: primitive("v3", "bool", true), from: "test/caller/1" };
  const answer = await engine.call({
    to,
    state: { count: int(4), list: undefined },
    messages: [{ argument: int(1) }, reply, { argument: int(1) }],
  });
  assert.deepEqual(answer.messages, [{ to: "test/caller/1", argument: shown(int(5)) }]);
  assert.deepEqual(answer.mutations, [{ name: "count", value: shown(int(6)) }]);
});

test("the handlers of a class say which messages only look, and a subclass may take one over", () => {
  @StatefulFunction("test/g")
  class Child extends Parent {
    @Handles(Types.bool)
    change(_message: boolean) {
      this.count += 1;
    }
  }
  const functions = new StatefulFunctions(Parent, Child).register("test/plain", () => {});
  const local = new LocalFunctions(functions);
  const looks = (typeName: string) =>
    ["test/Look", "io.statefun.types/bool", "io.statefun.types/int", "other/type"].map((typename) =>
      local.readOnly(typeName)?.(typename),
    );
  assert.deepEqual(looks("test/f"), [true, true, false, false]);
  assert.deepEqual(looks("test/g"), [true, false, false, false]);
  assert.equal(local.readOnly("test/plain"), undefined);
  assert.equal(local.readOnly("test/unknown"), undefined);
});

test("a catch-all may only look, and so may a registered handler for some of its types", () => {
  @StatefulFunction("test/any")
  class Any {
    @Handles(Types.int) take(_value: number) {}
    @Handles({ readOnly: true }) rest() {}
  }
  const functions = new StatefulFunctions(Any).register("test/registered", () => {}, {
    handles: [Types.int, Types.string],
    readOnly: [Types.string],
  });
  const local = new LocalFunctions(functions);
  const looks = (typeName: string) =>
    [Types.int, Types.string].map(({ typename }) => local.readOnly(typeName)?.(typename));
  assert.deepEqual(
    [looks("test/any"), looks("test/registered")],
    [
      [false, true],
      [false, true],
    ],
  );
});

test("what makes no sense is refused where it is written", () => {
  throwsCode(() => Handles(Types.int, { readonly: true } as never), "OPTION_INVALID", "readonly");
  throwsCode(() => Handles(Types.int, { readOnly: 1 } as never), "OPTION_INVALID", "readOnly");
  const register = (readOnly: unknown) =>
    new StatefulFunctions().register("test/f", () => {}, { handles: [Types.int], readOnly: readOnly as never });
  throwsCode(() => register([Types.string]), "OPTION_INVALID", "io.statefun.types/string");
  throwsCode(() => register(true), "OPTION_INVALID", "readOnly");
});
