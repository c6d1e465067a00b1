// States the engine does not know yet, has under another type, or can't be read; and every name a state may have.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { Engine, generations, message, packed, primitive, shown } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";

const { User } = example;
const to = "example/probe/1";

let calls = 0;
@StatefulFunction("example/probe")
class Probe {
  @State("count", Types.int) count = 0;
  @State("cart", json<string[]>("shop/cart"), { expireAfterWrite: { hours: 1 } }) cart?: string[];
  @State("user", User, { expireAfterCall: { seconds: 90 } }) user?: example.User;
  @Handles(Types.string)
  handle() {
    calls++;
    this.count++;
  }
}
const functions = new StatefulFunctions(Probe);
const go = (generation: "v2" | "v3") => [{ argument: primitive(generation, "string", "go") }];

test("v3: states that the engine does not send are asked for, with type and expiration, and no handler runs", async () => {
  calls = 0;
  assert.deepEqual(await new Engine(functions, "v3").missing({ to, messages: go("v3") }), [
    { name: "count", typename: "io.statefun.types/int", mode: "NONE", afterMs: 0 },
    { name: "cart", typename: "shop/cart", mode: "AFTER_WRITE", afterMs: 3_600_000 },
    { name: "user", typename: "type.googleapis.com/example.User", mode: "AFTER_INVOKE", afterMs: 90_000 },
  ]);
  assert.equal(calls, 0);
});

test("v3: only the states that lack are asked for", async () => {
  const state = { count: primitive("v3", "int", 1), user: undefined, other: undefined };
  const missing = await new Engine(functions, "v3").missing({ to, state, messages: go("v3") });
  assert.deepEqual(
    missing.map(({ name }) => name),
    ["cart"],
  );
});

test("v3: with every state sent, set or not, the batch runs", async () => {
  const state = { user: undefined, cart: undefined, count: undefined, gone: packed("example/x", "y") };
  const answer = await new Engine(functions, "v3").call({ to, state, messages: go("v3") });
  assert.deepEqual(answer.mutations, [{ name: "count", value: shown(primitive("v3", "int", 1)) }]);
});

test("v2: states that the module file does not declare are STATE_UNDECLARED, by name, and no handler runs", async () => {
  calls = 0;
  const engine = new Engine(functions, "v2");
  const call = engine.call({ to, state: { cart: undefined }, messages: go("v2") });
  await rejectsCode(call, "STATE_UNDECLARED", '"count"', '"user"', "example/probe", "module");
  assert.equal(calls, 0);
  const [entry] = engine.logger.entries;
  assert.ok(entry?.line.includes("STATE_UNDECLARED") && !entry.line.includes('"cart"'), entry?.line);
});

test("v2: of a function with a workflow, the state of its runs is to be declared too, and the error says what it is for", async () => {
  @StatefulFunction("example/waits")
  class Waits {
    @State("count", Types.int) count = 0;
    @Workflow(Types.string)
    async run(_text: string, flow: WorkflowContext) {
      await flow.receive(Types.int);
    }
  }
  const engine = new Engine(new StatefulFunctions(Waits), "v2");
  const lines = ["- name: statefun.workflow/journal", "workflows"];
  const call = engine.call({ to: "example/waits/1", state: { count: undefined }, messages: go("v2") });
  await rejectsCode(call, "STATE_UNDECLARED", ...lines);
  const state = { count: undefined, "statefun.workflow/journal": undefined };
  const { mutations } = await engine.call({ to: "example/waits/1", state, messages: go("v2") });
  assert.deepEqual(
    mutations.map(({ name }) => name),
    ["statefun.workflow/journal"],
  );
});

test("v2: with every state declared, the batch runs", async () => {
  const state = { user: undefined, cart: undefined, count: primitive("v2", "int", 4) };
  const answer = await new Engine(functions, "v2").call({ to, state, messages: go("v2") });
  assert.deepEqual(answer.mutations, [{ name: "count", value: shown(primitive("v2", "int", 5)) }]);
});

for (const generation of generations) {
  const call = (state: Record<string, ReturnType<typeof packed> | undefined>) =>
    new Engine(functions, generation).call({
      to,
      state: { count: undefined, cart: undefined, user: undefined, ...state },
      messages: go(generation),
    });

  test(`${generation}: a state of another type is STATE_TYPE_MISMATCH and names the state and both types`, async () => {
    await rejectsCode(
      call({ count: primitive(generation, "long", 5n) }),
      "STATE_TYPE_MISMATCH",
      '"count"',
      "example/probe",
      "io.statefun.types/int",
      primitive(generation, "long", 5n).typename,
    );
    await rejectsCode(
      call({ user: message(example.Admin, { name: "x" }) }),
      "STATE_TYPE_MISMATCH",
      '"user"',
      "example.Admin",
    );
  });

  test(`${generation}: a state whose bytes can't be read is VALUE_UNREADABLE and names the state`, async () => {
    const { typename } = primitive(generation, "int", 5);
    await rejectsCode(
      call({ count: packed(typename, Buffer.from([0x0d, 1])) }),
      "VALUE_UNREADABLE",
      '"count"',
      "example/probe",
    );
    await rejectsCode(call({ cart: packed("shop/cart", "[") }), "VALUE_UNREADABLE", '"cart"', "example/probe");
  });

  test(`${generation}: a state under any name another SDK may have used is read and written`, async () => {
    const names = [
      "seenCount",
      "seen_count",
      "2nd",
      "a.b.c",
      "a/b",
      "Ünï",
      "字",
      " ",
      "__proto__",
      "constructor",
      "hasOwnProperty",
      "toString",
    ];
    for (const name of names) {
      @StatefulFunction("example/named")
      class Named {
        @State(name, Types.int) value = 0;
        @Handles(Types.string)
        handle() {
          this.value += 1;
        }
      }
      const registered = new StatefulFunctions().register(
        "example/named",
        (_message, _context, state) => void state.value++,
        {
          state: { value: { type: Types.int, name, default: 0 } },
        },
      );
      for (const made of [new StatefulFunctions(Named), registered]) {
        const answer = await new Engine(made, generation).call({
          to: "example/named/1",
          state: new Map([[name, primitive(generation, "int", 41)]]),
          messages: go(generation),
        });
        assert.deepEqual(answer.mutations, [{ name, value: shown(primitive(generation, "int", 42)) }], name);
      }
    }
  });
}

test("v3: a state that is stored as the v2 wrapper is not written under another type", async () => {
  const wrapper = primitive("v2", "int", 4);
  const state = { user: undefined, cart: undefined, count: wrapper };
  const engine = new Engine(functions, "v3");
  try {
    const answer = await engine.call({ to, state, messages: go("v3") });
    assert.deepEqual(answer.mutations, [{ name: "count", value: shown(primitive("v2", "int", 5)) }]);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "STATE_TYPE_MISMATCH", String(error));
  }
});
