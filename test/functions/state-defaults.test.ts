// A value that is set back to its default takes no space, where nothing can be lost by that.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import type { StateSpec } from "../../src/functions/function-spec.js";
import { Cell } from "../../src/functions/state-cell.js";
import { StateProperty } from "../../src/functions/state-property.js";
import {
  type Context,
  custom,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
} from "../../src/index.js";
import { noExpiration } from "../../src/model/expiration.js";
import type { Type } from "../../src/model/type.js";
import type { TypedValue } from "../../src/model/typed-value.js";
import { typeOf } from "../../src/types/protobuf.js";
import {
  Engine,
  type Generation,
  generations,
  Instance,
  message,
  type Packed,
  packed,
  primitive,
} from "../support/calls.js";

const { User } = example;
interface Bag {
  items: number[];
  owner?: { name: string; old: boolean } | null;
}
const bagType = json<Bag>("test/bag");
const listType = json<number[]>("test/list");
const amountType = custom<{ cents: number }>(
  "test/amount",
  ({ cents }) => Buffer.from(cents === 0 ? "" : String(cents)),
  (bytes) => ({ cents: Number(Buffer.from(bytes).toString() || 0) }),
);
/** What the initialisers that compute give. */
const computed = { at: 1000, id: "one", bag: { items: [1] } as Bag };

@StatefulFunction("test/empty")
class Empty {
  @State("count", Types.int) count = 0;
  @State("total", Types.long) total = 0n;
  @State("ratio", Types.double) ratio = 0;
  @State("open", Types.bool) open = false;
  @State("name", Types.string) name = "";
  @State("blob", Types.bytes) blob: Uint8Array = new Uint8Array(0);
  @State("list", listType) list: number[] = [];
  @State("bag", bagType) bag: Bag = { items: [], owner: { name: "", old: false } };
  @State("user", User) user = User.create({});
  @State("amount", amountType) amount = { cents: 0 };
  @State("none", Types.int) none: number | undefined;
  @State("hundred", Types.int) hundred = 100;
  @State("yes", Types.bool) yes = true;
  @State("status", Types.string) status = "new";
  @State("filled", listType) filled = [0];
  @State("person", User) person = User.create({ name: "n" });
  @State("at", Types.double) at = computed.at;
  @State("id", Types.string) id = computed.id;
  @State("made", bagType) made = computed.bag;
  @State("nan", Types.double) nan = Number.NaN;

  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return act.shift()?.(this, context);
  }
}

type Act = (state: Empty, context: Context) => unknown;
let act: Act[] = [];
const set =
  (values: Partial<Empty>): Act =>
  (state) =>
    void Object.assign(state, values);

const functions = new StatefulFunctions(Empty);
const stateNames = Object.keys(new Empty());
const go = (generation: Generation) => primitive(generation, "string", "go");

/** An instance that keeps what the function stores, as an engine does. */
function opened(generation: Generation) {
  const instance = new Instance(new Engine(functions, generation), "test/empty/1", stateNames);
  const stored = () => [...instance.state].filter(([, value]) => value !== undefined).map(([name]) => name);
  /** Runs one batch, with a message for each act; resolves to the names of the states that are stored then. */
  const batch = async (...acts: Act[]) => {
    act = acts;
    const answer = await instance.send(...acts.map(() => go(generation)));
    return {
      stored: stored(),
      mutations: Object.fromEntries(answer.mutations.map(({ name, value }) => [name, value?.hex ?? null])),
    };
  };
  return { state: instance.state as Map<string, Packed | undefined>, batch };
}

const empty: { [K in keyof Empty]?: [other: Empty[K], byDefault: () => Empty[K]] } = {
  count: [5, () => 0],
  total: [5n, () => 0n],
  ratio: [0.5, () => 0],
  open: [true, () => false],
  name: ["n", () => ""],
  blob: [Uint8Array.of(1), () => new Uint8Array(0)],
  list: [[1], () => []],
  bag: [{ items: [1] }, () => ({ items: [], owner: { name: "", old: false } })],
  user: [User.create({ name: "n" }), () => User.create({})],
  amount: [{ cents: 5 }, () => ({ cents: 0 })],
};
const full: { [K in keyof Empty]?: [other: Empty[K], byDefault: () => Empty[K]] } = {
  hundred: [5, () => 100],
  yes: [false, () => true],
  status: ["old", () => "new"],
  filled: [[], () => [0]],
  person: [User.create({}), () => User.create({ name: "n" })],
  at: [5, () => computed.at],
  id: ["two", () => computed.id],
  made: [{ items: [] }, () => structuredClone(computed.bag)],
  nan: [1, () => Number.NaN],
};

for (const generation of generations) {
  for (const [name, [other, byDefault]] of Object.entries(empty)) {
    const to = (value: unknown) => set({ [name]: value });

    test(`${generation}: ${name}: a stored value that is set back to an empty default is deleted`, async () => {
      const { batch } = opened(generation);
      assert.deepEqual((await batch(to(other))).stored, [name]);
      assert.deepEqual(await batch(to(byDefault())), { stored: [], mutations: { [name]: null } });
      assert.deepEqual(await batch(to(byDefault())), { stored: [], mutations: {} });
    });

    test(`${generation}: ${name}: a value that goes away from an empty default and back in one batch is not stored`, async () => {
      const { batch } = opened(generation);
      assert.deepEqual(await batch(to(other), to(byDefault())), { stored: [], mutations: {} });
      assert.deepEqual((await batch(to(other), to(byDefault()), to(other))).stored, [name]);
      assert.deepEqual((await batch(to(byDefault()), () => {})).stored, []);
    });
  }

  for (const [name, [other, byDefault]] of Object.entries(full)) {
    test(`${generation}: ${name}: a stored value that is set back to another default stays stored: it may be computed`, async () => {
      const { batch } = opened(generation);
      await batch(set({ [name]: other }));
      const { stored } = await batch(set({ [name]: byDefault() }));
      assert.deepEqual(stored, [name]);
    });
  }

  test(`${generation}: an empty value that is not the default is stored`, async () => {
    const { batch } = opened(generation);
    const { stored } = await batch((state) => {
      state.none = 0;
      state.status = "";
      state.hundred = 0;
      state.bag = { items: [] };
    });
    assert.deepEqual(stored, ["bag", "none", "hundred", "status"]);
  });

  test(`${generation}: minus zero is another double than the default, and the same int`, async () => {
    const { batch } = opened(generation);
    await batch(set({ ratio: 1, count: 1 }));
    const { stored } = await batch(set({ ratio: -0, count: -0 }));
    assert.deepEqual(stored, ["ratio"]);
  });

  test(`${generation}: a change deep inside counts as well`, async () => {
    const { batch } = opened(generation);
    const push: Act = ({ bag }) => void bag.items.push(1);
    const pop: Act = ({ bag }) => void bag.items.pop();
    assert.deepEqual((await batch(push)).stored, ["bag"]);
    assert.deepEqual(await batch(pop, push, pop), { stored: [], mutations: { bag: null } });
    assert.deepEqual((await batch(push, pop, push)).stored, ["bag"]);
    assert.deepEqual((await batch(pop, () => {}, push)).mutations, {}, "as the engine has it");
  });

  test(`${generation}: an empty default that is written by name is stored, until a later message changes it and sets it back`, async () => {
    const { batch } = opened(generation);
    const byName: Act = (_state, { state }) => state.set("count", Types.int.pack(0));
    assert.deepEqual((await batch(byName)).stored, ["count"]);
    assert.deepEqual((await batch(set({ count: 0 }))).stored, ["count"]);
    assert.deepEqual((await batch(set({ count: 5 }), byName, () => {})).stored, ["count"]);
    assert.deepEqual((await batch(byName, set({ count: 5 }), set({ count: 0 }))).stored, []);
  });

  test(`${generation}: a large value that is set back is deleted, whether or not a handler has read it`, async () => {
    for (const read of [true, false]) {
      const { batch } = opened(generation);
      await batch((state) => {
        state.name = "long ".repeat(100);
        state.list = Array.from({ length: 200 }, () => 1);
      });
      const { stored } = await batch((state) => {
        if (read) assert.equal(state.name.length + state.list.length, 700);
        state.name = "";
        state.list = [];
      });
      assert.deepEqual(stored, []);
    }
  });

  test(`${generation}: a message that failed neither sets back nor takes back what the message before it has set back`, async () => {
    const { batch } = opened(generation);
    const fail = () => {
      throw new TerminalError("refused");
    };
    const back: Act = set({ count: 0, bag: new Empty().bag });
    await batch(set({ count: 5, bag: { items: [1] } }));
    const failing: Act = (state, context) => {
      back(state, context);
      fail();
    };
    assert.deepEqual((await batch(failing, failing)).stored, ["count", "bag"]);
    let seen: unknown;
    const { stored } = await batch(
      back,
      (state) => {
        state.count = 7;
        state.bag.items.push(7);
        fail();
      },
      ({ count, bag }) => {
        seen = [count, bag];
      },
    );
    assert.deepEqual(seen, [0, new Empty().bag]);
    assert.deepEqual(stored, []);
  });

  test(`${generation}: an empty value that was stored before stays when nothing changes it`, async () => {
    const { batch, state } = opened(generation);
    state.set("count", primitive(generation, "int", 0));
    state.set("list", packed("test/list", "[]"));
    state.set("user", message(User, {}));
    const again: Act = (probe) => void Object.assign(probe, { count: 0, list: [], user: User.create({}) });
    assert.deepEqual(await batch(() => {}, again), { stored: ["count", "list", "user"], mutations: {} });
  });
}

/** A cell of one state, and the instance that holds the state. */
function cellOf(type: Type<any>, stored: TypedValue | undefined, make: () => unknown) {
  const instance: { value: unknown } = { value: make() };
  const spec: StateSpec = {
    name: "value",
    type,
    expiration: noExpiration,
    property: new StateProperty("value"),
    get: (holder) => (holder as typeof instance).value,
    set: (holder, value) => Object.assign(holder, { value }),
  };
  return { cell: new Cell("test/objects", "v3", spec, stored, instance), instance };
}

/** A schema that makes a value complete, as those of zod and valibot can. */
const completing = (complete: (input: any) => object | string) =>
  ({
    "~standard": { version: 1, vendor: "test", validate: (input: unknown) => ({ value: complete(input) }) },
  }) as const;
const schemas: Record<string, [complete: (input: any) => object | string, make: () => unknown]> = {
  "adds a time that is left out": [(input) => ({ at: "12:00", ...input }), () => ({})],
  "makes text of a date": [({ at }) => ({ at: new Date(at).toISOString() }), () => ({ at: new Date(0) })],
  "makes an id of an empty text": [(input) => input || "id-1", () => ""],
};
for (const [what, [complete, make]] of Object.entries(schemas)) {
  test(`a value that is empty only before its schema ${what} stays stored: the schema may compute`, () => {
    const type = json<any>("test/completed", completing(complete));
    const { cell, instance } = cellOf(type, type.pack(complete({ at: 5 })), make);
    instance.value = make();
    cell.prepare(instance, true);
    cell.keep();
    assert.deepEqual(cell.take(), { name: "value", value: type.pack(make()) });
  });
}

test("a value that refers to itself where its schema drops that is stored", () => {
  const type = json<any>(
    "test/dropped",
    completing(({ open }) => ({ open })),
  );
  const { cell, instance } = cellOf(type, type.pack({ open: true }), () => ({ open: false }));
  const looped: Record<string, unknown> = { open: false };
  looped.self = looped;
  looped.same = looped;
  instance.value = looped;
  cell.prepare(instance, true);
  cell.keep();
  assert.deepEqual(cell.take(), { name: "value", value: type.pack({ open: false }) });
});

const objects = [
  { type: bagType, other: { items: [1] }, make: () => ({ items: [] }), change: (bag: any) => bag.items.push(1) },
  {
    type: typeOf(User),
    other: { name: "n" },
    make: () => User.create({}),
    change: (user: any) => Object.assign(user, { name: "n" }),
  },
];
for (const { type, other, make, change } of objects) {
  test(`${type.typename}: the message after one that set an object back finds it unchanged, and takes its own changes back to it`, () => {
    const { cell, instance } = cellOf(type, (type as Type<any>).pack(other), make);
    instance.value = make();
    cell.prepare(instance, false);
    cell.keep();

    assert.equal(cell.prepare(instance, false), false);
    change(instance.value);
    assert.notEqual(cell.mark(instance), undefined);
    cell.returnTo(undefined, instance);

    assert.deepEqual(instance.value, make());
    assert.equal(cell.mark(instance), undefined);
    assert.deepEqual(cell.take(), { name: "value", value: undefined });
  });
}
