// States by name: context.state, coherent with the properties.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  type Context,
  Handles,
  State,
  StatefulFunction,
  StatefulFunctions,
  TypedValue,
  Types,
} from "../../src/index.js";
import { Engine, generations, message, packed, primitive, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";

const { User } = example;

@StatefulFunction("example/probe")
class Probe {
  @State("count", Types.int) count = 0;
  @State("user", User) user?: example.User;
  static act: (probe: Probe, context: Context) => unknown;
  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return Probe.act(this, context);
  }
}

for (const generation of generations) {
  const engine = new Engine(new StatefulFunctions(Probe), generation);
  const int = (value: number) => primitive(generation, "int", value);
  const call = (
    act: (probe: Probe, context: Context) => unknown,
    state: Record<string, ReturnType<typeof packed> | undefined> = {},
    times = 1,
  ) => {
    Probe.act = act;
    const argument = primitive(generation, "string", "go");
    return engine.call({
      to: "example/probe/1",
      state: { count: undefined, user: undefined, ...state },
      messages: Array.from({ length: times }, () => ({ argument })),
    });
  };

  test(`${generation}: get returns what the property holds, packed or as a type`, async () => {
    await call(
      (probe, { state }) => {
        assert.equal(state.get("count")?.as(Types.int), 5);
        assert.equal(state.get("count", Types.int), 5);
        probe.count = 6;
        assert.equal(state.get("count", Types.int), 6);
        assert.equal(state.get("user"), undefined);
        assert.equal(state.get("user", User), undefined);
        probe.user = User.create({ name: "Seth" });
        assert.equal(state.get("user", User)?.name, "Seth");
        delete (probe as { count?: number }).count;
        assert.equal(state.get("count"), undefined);
      },
      { count: int(5) },
    );
  });

  test(`${generation}: set is seen by the property, and stored`, async () => {
    const answer = await call((probe, { state }) => {
      state.set("count", Types.int.pack(7));
      assert.equal(probe.count, 7);
      state.set("user", User.create({ name: "Seth" }));
      assert.equal(probe.user?.name, "Seth");
    });
    assert.deepEqual(answer.mutations, [
      { name: "count", value: shown(int(7)) },
      { name: "user", value: shown(message(User, { name: "Seth" })) },
    ]);
  });

  test(`${generation}: delete, and set to undefined or null, clear the property and the stored value`, async () => {
    for (const clear of [
      (context: Context) => context.state.delete("count"),
      (context: Context) => context.state.set("count", undefined as unknown as string),
      (context: Context) => context.state.set("count", null as unknown as string),
    ]) {
      const answer = await call(
        (probe, context) => {
          clear(context);
          assert.equal(probe.count, undefined);
          assert.equal(context.state.get("count"), undefined);
        },
        { count: int(5) },
      );
      assert.deepEqual(answer.mutations, [{ name: "count", value: undefined }]);
    }
  });

  test(`${generation}: setting a value of another type is STATE_TYPE_MISMATCH`, async () => {
    await call((_probe, { state }) => {
      throwsCode(() => state.set("count", "text"), "STATE_TYPE_MISMATCH", '"count"', "io.statefun.types/string");
      throwsCode(() => state.set("user", example.Admin.create({})), "STATE_TYPE_MISMATCH", '"user"', "example.Admin");
    });
  });

  test(`${generation}: setting what does not say its type is VALUE_UNTYPED`, async () => {
    await call((_probe, { state }) => {
      throwsCode(() => state.set("count", 5 as unknown as string), "VALUE_UNTYPED");
      throwsCode(() => state.set("user", { name: "Seth" } as any), "VALUE_UNTYPED");
    });
  });

  test(`${generation}: a state that is neither declared nor sent is STATE_UNDECLARED`, async () => {
    await call((_probe, { state }) => {
      throwsCode(() => state.get("other"), "STATE_UNDECLARED", '"other"', "example/probe");
      throwsCode(() => state.set("other", "x"), "STATE_UNDECLARED", '"other"');
      throwsCode(() => state.delete("other"), "STATE_UNDECLARED", '"other"');
      for (const name of ["__proto__", "constructor", "toString"])
        throwsCode(() => state.get(name), "STATE_UNDECLARED");
    });
  });

  test(`${generation}: a state that is only sent can be read, written and deleted, and is seen by later messages`, async () => {
    const seen: unknown[] = [];
    const answer = await call(
      (_probe, { state }) => {
        seen.push(state.get("seen", Types.string), state.get("unset"));
        state.set("seen", `${state.get("seen", Types.string)}!`);
        state.set("fresh", new TypedValue("example/x", Buffer.from("y")));
        state.delete("doomed");
      },
      {
        seen: primitive(generation, "string", "a"),
        unset: undefined,
        fresh: undefined,
        doomed: packed("example/x", "z"),
      },
      2,
    );
    assert.deepEqual(seen, ["a", undefined, "a!", undefined]);
    assert.deepEqual(answer.mutations, [
      { name: "seen", value: shown(primitive(generation, "string", "a!!")) },
      { name: "fresh", value: { typename: "example/x", hex: "79" } },
      { name: "doomed", value: undefined },
    ]);
  });

  test(`${generation}: a state that is set by name to what it was is written again, which restarts its expiration`, async () => {
    const answer = await call(
      (_probe, { state }) => {
        state.set("seen", "a");
        state.set("count", Types.int.pack(5));
        state.delete("unset");
      },
      {
        seen: primitive(generation, "string", "a"),
        count: primitive(generation, "int", 5),
        unset: undefined,
      },
    );
    const { typename } = primitive(generation, "string", "a");
    assert.deepEqual(
      answer.mutations.map(({ name, value }) => [name, value?.hex]),
      [
        ["count", primitive(generation, "int", 5).hex],
        ["seen", primitive(generation, "string", "a").hex],
      ],
    );
    assert.equal(answer.mutations[1]?.value?.typename, typename);
  });

  test(`${generation}: a state that is set by name and then cleared leaves nothing for the next message to store`, async () => {
    let turn = 0;
    const answer = await call(
      (probe, { state }) => {
        if (turn++ > 0) return;
        state.set("count", Types.int.pack(5));
        delete (probe as { count?: number }).count;
      },
      {},
      2,
    );
    assert.deepEqual(answer.mutations, []);
  });

  test(`${generation}: reading a state as another type is VALUE_UNREADABLE`, async () => {
    await rejectsCode(
      call((_probe, { state }) => state.get("count", Types.string)),
      "VALUE_UNREADABLE",
    );
  });

  test(`${generation}: a change inside the value that get returned is not stored: it is a copy`, async () => {
    const answer = await call(
      (_probe, { state }) => {
        const user = state.get("user", User);
        if (user !== undefined) user.name = "changed";
      },
      { user: message(User, { name: "Seth" }) },
    );
    assert.deepEqual(answer.mutations, []);
  });
}

test("v3: a state that is only sent can't be set to a value of another type", async () => {
  Probe.act = (_probe, { state }) => state.set("seen", 5n);
  const call = new Engine(new StatefulFunctions(Probe), "v3").call({
    to: "example/probe/1",
    state: { count: undefined, user: undefined, seen: primitive("v3", "string", "a") },
    messages: [{ argument: primitive("v3", "string", "go") }],
  });
  await rejectsCode(call, "STATE_TYPE_MISMATCH", '"seen"');
});
