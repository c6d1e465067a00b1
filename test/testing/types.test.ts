// What the compiler knows of a class in a test. The compiler reads this file with all others: an expectation that fails is an
// error of the type check.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TypedValue,
  Types,
} from "../../src/index.js";
import { invoke, TestRuntime } from "../../src/testing/entry.js";

const Add = json<{ name: string; tags: string[] }>("test/types-add");

@StatefulFunction("test/typed")
class Typed {
  @State("count", Types.int) count = 0;
  @State("items", json<{ name: string }[]>("test/types-items")) items: { name: string }[] = [];
  @State("user", example.User) user?: example.User;
  @State("id", Types.long) serial: bigint | undefined;

  @Handles(Add)
  add(message: { name: string; tags: string[] }) {
    this.items.push({ name: message.name });
    return this.items.length;
  }

  @Handles(example.User)
  greet(user: example.User, _context: Context) {
    this.user = user;
    return example.Greeting.create({ text: user.name, count: 1 });
  }
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

test("states, answers and results have the types of the class", async () => {
  const app = await TestRuntime.open({ functions: new StatefulFunctions(Typed) });
  const state = await app.state(Typed, "a");
  same<typeof state.count, number>(true);
  same<typeof state.items, { name: string }[]>(true);
  same<typeof state.serial, bigint | undefined>(true);
  const count = await app.ref(Typed, "a").add({ name: "tea", tags: [] });
  same<typeof count, number>(true);
  const greeting = await app.ref(Typed, "a").greet({ name: "Ann" });
  same<typeof greeting.text, string>(true);
  assert.deepEqual([count, greeting], [1, { text: "Ann", count: 1 }]);
  await app.close();
  const result = await invoke(Typed, {
    message: Add.pack({ name: "tea", tags: [] }),
    state: { user: { name: "Bob" } },
  });
  same<typeof result.state.count, number>(true);
  assert.equal(result.state.user?.name, "Bob");
});

test("what does not fit the class is refused", async () => {
  const wrong = async (app: TestRuntime) => {
    // @ts-expect-error: no handler takes a string
    await app.send(Typed, "a", "text");
    // @ts-expect-error: the handler takes a Greeting no more than a function does
    await app.call(Typed, "a", example.Greeting.create({ text: "x" }));
    // @ts-expect-error: there is no such handler
    await app.ref(Typed, "a").remove({});
    // @ts-expect-error: a list of texts
    await app.ref(Typed, "a").add({ name: "tea", tags: [1] });
    // @ts-expect-error: there is no such state
    (await app.state(Typed, "a")).total;
    // @ts-expect-error: the state is a number
    await invoke(Typed, { message: Add.pack({ name: "tea", tags: [] }), state: { count: "1" } });
    // @ts-expect-error: no handler takes a string
    await invoke(Typed, { message: "text" });
    // @ts-expect-error: an instance needs its id
    app.failNext(Typed);
    // @ts-expect-error: there is no such option
    await TestRuntime.open({ dir: "data" });
  };
  assert.equal(typeof wrong, "function");
});

test("a packed value and a message by type name fit any function", () => {
  const right = async (app: TestRuntime) => {
    await app.send(Typed, "a", Add.pack({ name: "tea", tags: [] }));
    await app.send("test/elsewhere", "a", "text");
    await app.send("test/elsewhere", "a", new TypedValue("test/any"));
    const states: Record<string, unknown> = await app.state("test/elsewhere", "a");
    return states;
  };
  assert.equal(typeof right, "function");
});
