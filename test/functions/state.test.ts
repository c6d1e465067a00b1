// What a class's properties hold at the start of a batch, and what of them is stored at its end.

import assert from "node:assert/strict";
import { test } from "node:test";
import protobufjs from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import { custom, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import type { MessageClass } from "../../src/model/protobuf-class.js";
import { Engine, generations, message, packed, primitive, shown } from "../support/calls.js";

const { User, Admin } = example;
const to = "example/probe/1";

interface Cart {
  items: { sku: string; count: number }[];
  note?: string | undefined;
}
const cartType = json<Cart>("shop/cart");

const { root } = protobufjs.parse(`
  syntax = "proto3";
  package shop;
  message Line { string sku = 1; int32 count = 2; bytes blob = 3; }
  message Order { Line line = 1; repeated Line lines = 2; }
`);
interface Line {
  sku: string;
  count: number;
  blob: Uint8Array;
}
const Order = root.lookupType("shop.Order").ctor as unknown as MessageClass<{ line: Line; lines: Line[] }>;
const encodeOrder = (order: object) => packed("type.googleapis.com/shop.Order", Order.encode(order).finish());

/** One function whose only handler does what a test says to its states. */
@StatefulFunction("example/probe")
class Probe {
  @State("count", Types.int) count = 0;
  @State("total", Types.long) total?: bigint;
  @State("name", Types.string) name: string | undefined | null;
  @State("cart", cartType) cart: Cart = { items: [] };
  @State("order", Order) order?: { line: Line; lines: Line[] };
  @State("user", User) user?: example.User;
  @State("blob", Types.bytes) blob: Uint8Array = new Uint8Array(2);
  @State("ratio", Types.double) ratio = 0;

  static act: (probe: Probe, turn: number) => unknown = () => {};
  static turn = 0;

  @Handles(Types.string)
  handle() {
    return Probe.act(this, Probe.turn++);
  }
}
const names = ["count", "total", "name", "cart", "order", "user", "blob", "ratio"];
const functions = new StatefulFunctions(Probe);

for (const generation of generations) {
  const engine = new Engine(functions, generation);
  type Stored = Record<string, { typename: string; value: Uint8Array }>;

  /** Runs one batch with these states stored; returns the mutations as name → value, null for a deletion. */
  const batch = async (stored: Stored, act: (probe: Probe, turn: number) => unknown, turns = 1) => {
    Probe.act = act;
    Probe.turn = 0;
    const state = new Map(names.map((name) => [name, stored[name]]));
    const argument = primitive(generation, "string", "go");
    const answer = await engine.call({ to, state, messages: Array.from({ length: turns }, () => ({ argument })) });
    return Object.fromEntries(answer.mutations.map(({ name, value }) => [name, value ?? null]));
  };
  const int = (value: number) => primitive(generation, "int", value);
  const jsonOf = (value: unknown) => packed("shop/cart", JSON.stringify(value));

  test(`${generation}: absent states are the initialisers' values, or undefined`, async () => {
    let seen: unknown;
    await batch({}, (probe) => {
      const { count, total, name, cart, order, blob } = probe;
      seen = { count, total, name, cart, order, blob };
    });
    const expected = { count: 0, total: undefined, name: undefined, cart: { items: [] }, order: undefined };
    assert.deepEqual(seen, { ...expected, blob: new Uint8Array(2) });
  });

  test(`${generation}: stored states are read into the properties`, async () => {
    let seen: unknown;
    const stored = {
      count: int(5),
      total: primitive(generation, "long", -(2n ** 60n)),
      name: primitive(generation, "string", "Seth"),
      cart: jsonOf({ items: [{ sku: "a", count: 1 }] }),
      user: message(User, { name: "Seth" }),
      ratio: primitive(generation, "double", 0.1),
    };
    const mutations = await batch(stored, ({ count, total, name, cart, user, ratio }) => {
      seen = [count, total, name, cart.items[0]?.sku, user instanceof User, user?.name, ratio];
    });
    assert.deepEqual(seen, [5, -(2n ** 60n), "Seth", "a", true, "Seth", 0.1]);
    assert.deepEqual(mutations, {});
  });

  test(`${generation}: a stored value that equals a type's default is a value, not absence`, async () => {
    let seen: unknown;
    const stored = {
      name: primitive(generation, "string", ""),
      blob: packed("type.googleapis.com/google.protobuf.BytesValue", ""),
    };
    await batch(stored, ({ name, blob }) => {
      seen = [name, blob.length];
    });
    assert.deepEqual(seen, ["", 0]);
  });

  test(`${generation}: a batch that changes nothing makes no mutation, with or without stored values`, async () => {
    assert.deepEqual(await batch({}, () => {}, 3), {});
    const stored = { count: int(5), cart: jsonOf({ items: [] }), order: encodeOrder({ line: { sku: "a" } }) };
    assert.deepEqual(await batch(stored, () => {}, 3), {});
  });

  test(`${generation}: an assignment is stored`, async () => {
    const mutations = await batch({}, (probe) => {
      probe.count = 7;
      probe.total = 2n ** 62n;
      probe.name = "";
      probe.user = User.create({ name: "Seth" });
    });
    assert.deepEqual(mutations, {
      count: shown(int(7)),
      total: shown(primitive(generation, "long", 2n ** 62n)),
      name: shown(primitive(generation, "string", "")),
      user: shown(message(User, { name: "Seth" })),
    });
  });

  test(`${generation}: += and ++ are stored, once per batch`, async () => {
    const mutations = await batch(
      { count: int(5) },
      (probe) => {
        probe.count += 2;
        probe.count++;
      },
      3,
    );
    assert.deepEqual(mutations, { count: shown(int(14)) });
  });

  test(`${generation}: assigning the same value again makes no mutation`, async () => {
    const stored = { count: int(5), user: message(User, { name: "Seth" }), cart: jsonOf({ items: [] }) };
    const mutations = await batch(stored, (probe) => {
      probe.count = 5;
      probe.user = User.create({ name: "Seth" });
      probe.cart = { items: [] };
      probe.blob = new Uint8Array(2);
      probe.ratio = 0;
    });
    assert.deepEqual(mutations, {});
  });

  test(`${generation}: a change that is taken back makes no mutation`, async () => {
    const mutations = await batch(
      { count: int(5), cart: jsonOf({ items: [] }) },
      (probe, turn) => {
        probe.count += turn === 0 ? 1 : -1;
        if (turn === 0) probe.cart.items.push({ sku: "a", count: 1 });
        else probe.cart.items.pop();
      },
      2,
    );
    assert.deepEqual(mutations, {});
  });

  test(`${generation}: zero and minus zero are different doubles`, async () => {
    const mutations = await batch({}, (probe) => {
      probe.ratio = -0;
    });
    assert.equal(mutations.ratio?.typename, primitive(generation, "double", 0).typename);
  });

  test(`${generation}: NaN that stays NaN makes no mutation`, async () => {
    const stored = { ratio: primitive(generation, "double", Number.NaN) };
    assert.deepEqual(await batch(stored, () => {}), {});
  });

  test(`${generation}: push into a default is stored, and the next batch starts from the initialiser again`, async () => {
    const push = (probe: Probe) => void probe.cart.items.push({ sku: "a", count: 1 });
    assert.deepEqual(await batch({}, push), { cart: shown(jsonOf({ items: [{ sku: "a", count: 1 }] })) });
    assert.deepEqual(await batch({}, push), { cart: shown(jsonOf({ items: [{ sku: "a", count: 1 }] })) });
  });

  test(`${generation}: a change deep inside a JSON value is stored`, async () => {
    const mutations = await batch({ cart: jsonOf({ items: [{ sku: "a", count: 1 }] }) }, ({ cart }) => {
      const [line] = cart.items;
      if (line) line.count++;
    });
    assert.deepEqual(mutations, { cart: shown(jsonOf({ items: [{ sku: "a", count: 2 }] })) });
  });

  test(`${generation}: a change deep inside a protobuf message is stored`, async () => {
    const stored = { order: encodeOrder({ line: { sku: "a", count: 1 }, lines: [{ sku: "b" }] }) };
    const mutations = await batch(stored, ({ order }) => {
      if (order === undefined) throw new Error("no order");
      order.line.count = 2;
      order.lines.push({ sku: "c", count: 0, blob: new Uint8Array(0) });
    });
    const expected = encodeOrder({
      line: { sku: "a", count: 2 },
      lines: [{ sku: "b" }, { sku: "c", count: 0, blob: "" }],
    });
    assert.deepEqual(Order.decode(Buffer.from(mutations.order?.hex ?? "", "hex")), Order.decode(expected.value));
  });

  test(`${generation}: a change inside the bytes of a protobuf message is stored`, async () => {
    const stored = { order: encodeOrder({ line: { sku: "a", blob: Buffer.from([1, 2, 3]) } }) };
    const mutations = await batch(stored, ({ order }) => {
      if (order !== undefined) order.line.blob[0] = 9;
    });
    assert.deepEqual(mutations, { order: shown(encodeOrder({ line: { sku: "a", blob: Buffer.from([9, 2, 3]) } })) });
  });

  test(`${generation}: a change inside bytes is stored, whether they were stored before or a default`, async () => {
    const stored = { blob: packed("type.googleapis.com/google.protobuf.BytesValue", Buffer.from([0x0a, 2, 1, 2])) };
    const set = ({ blob }: Probe) => blob.set([7], 1);
    const bytes = (...values: number[]) =>
      shown(packed("type.googleapis.com/google.protobuf.BytesValue", Buffer.from([0x0a, values.length, ...values])));
    assert.deepEqual(await batch(stored, set), { blob: bytes(1, 7) });
    assert.deepEqual(await batch({}, set), { blob: bytes(0, 7) });
  });

  test(`${generation}: another SDK's order of fields alone is no change`, async () => {
    const [one, two] = [Buffer.from([0x0a, 1, 0x61]), Buffer.from([0x12, 1, 0x62])]; // user_id = "a", name = "b"
    const reordered = packed("type.googleapis.com/example.User", Buffer.concat([two, one]));
    assert.deepEqual(await batch({ user: reordered }, () => {}), {});
    const spaced = packed("shop/cart", '{ "items" : [ ] }');
    assert.deepEqual(await batch({ cart: spaced }, () => {}), {});
    const changed = await batch({ user: reordered }, ({ user }) => {
      if (user !== undefined) user.name = "c";
    });
    assert.deepEqual(changed, { user: shown(message(User, { userId: "a", name: "c" })) });
  });

  test(`${generation}: undefined, null and delete delete a stored state`, async () => {
    const stored = {
      count: int(5),
      total: primitive(generation, "long", 5n),
      name: primitive(generation, "string", "x"),
    };
    const mutations = await batch(stored, (probe) => {
      delete (probe as { count?: number }).count;
      probe.total = undefined as unknown as bigint;
      probe.name = null;
    });
    assert.deepEqual(mutations, { count: null, total: null, name: null });
  });

  test(`${generation}: deleting a state that is not stored makes no mutation`, async () => {
    const mutations = await batch({}, (probe) => {
      delete (probe as { count?: number }).count;
      delete (probe as { total?: bigint }).total;
      probe.name = null;
    });
    assert.deepEqual(mutations, {});
  });

  test(`${generation}: the next message of the batch finds a deleted state's default again`, async () => {
    const seen: unknown[] = [];
    const mutations = await batch(
      { count: int(5), cart: jsonOf({ items: [{ sku: "a", count: 1 }] }) },
      (probe, turn) => {
        seen.push(probe.count, probe.cart?.items.length, probe.total);
        if (turn === 0) {
          delete (probe as { count?: number }).count;
          (probe as { cart?: Cart | null }).cart = null;
        }
      },
      2,
    );
    assert.deepEqual(seen, [5, 1, undefined, 0, 0, undefined]);
    assert.deepEqual(mutations, { count: null, cart: null });
  });

  test(`${generation}: a restored default that is changed is stored, and one that is set as it was stays deleted`, async () => {
    const mutations = await batch(
      { count: int(5), cart: jsonOf({ items: [{ sku: "a", count: 1 }] }) },
      (probe, turn) => {
        if (turn === 0) {
          delete (probe as { count?: number }).count;
          delete (probe as { cart?: Cart }).cart;
        } else {
          probe.count = 0;
          probe.cart.items.push({ sku: "b", count: 2 });
        }
      },
      2,
    );
    assert.deepEqual(mutations, { count: null, cart: shown(jsonOf({ items: [{ sku: "b", count: 2 }] })) });
  });

  test(`${generation}: a state that is deleted and set in one message is stored`, async () => {
    const mutations = await batch({ count: int(5) }, (probe) => {
      delete (probe as { count?: number }).count;
      probe.count = 6;
    });
    assert.deepEqual(mutations, { count: shown(int(6)) });
  });

  test(`${generation}: mutations come in the order of declaration, whatever order they were made in`, async () => {
    const mutations = await batch({}, (probe) => {
      probe.ratio = 1;
      probe.name = "n";
      probe.count = 1;
    });
    assert.deepEqual(Object.keys(mutations), ["count", "name", "ratio"]);
  });

  test(`${generation}: a state that does not fit its type fails the batch and names the state`, async () => {
    for (const [act, name] of [
      [(probe: Probe) => (probe.count = 1.5), "count"],
      [(probe: Probe) => (probe.count = 2 ** 31), "count"],
      [(probe: Probe) => (probe.total = 5 as unknown as bigint), "total"],
      [(probe: Probe) => (probe.cart = new Map() as unknown as Cart), "cart"],
      [(probe: Probe) => (probe.user = "Seth" as unknown as example.User), "user"],
    ] as const) {
      await assert.rejects(batch({}, act), (error: any) => {
        assert.equal(error.code, "VALUE_INVALID");
        assert.ok(error.message.includes(`"${name}"`) && error.message.includes("example/probe"), error.message);
        return true;
      });
    }
  });

  test(`${generation}: state of one id never shows in another's`, async () => {
    const seen: unknown[] = [];
    const act = (probe: Probe) => {
      seen.push(probe.count, probe.cart.items.length);
      probe.count++;
      probe.cart.items.push({ sku: "x", count: 1 });
    };
    await batch({}, act);
    await batch({}, act);
    assert.deepEqual(seen, [0, 0, 0, 0]);
  });

  test(`${generation}: messages of one batch see each other's changes`, async () => {
    const seen: number[] = [];
    await batch(
      {},
      (probe) => {
        seen.push(probe.count, probe.cart.items.length);
        probe.count++;
        probe.cart.items.push({ sku: "x", count: 1 });
      },
      3,
    );
    assert.deepEqual(seen, [0, 0, 1, 1, 2, 2]);
  });

  test(`${generation}: a value of a custom type that is changed in place is stored, even when it reads without a copy`, async () => {
    const raw = custom<Uint8Array>(
      "example/raw",
      (value) => value,
      (bytes) => bytes,
    );
    const made = new StatefulFunctions().register(
      "example/raw",
      (_message, _context, state) => {
        state.stored[0] = 9;
        state.initial[0] = 9;
      },
      {
        state: {
          stored: { type: raw, default: () => Uint8Array.of(0) },
          initial: { type: raw, default: () => Uint8Array.of(1, 2) },
        },
      },
    );
    const answer = await new Engine(made, generation).call({
      to: "example/raw/1",
      state: { stored: packed("example/raw", Uint8Array.of(1)), initial: undefined },
      messages: [{ argument: primitive(generation, "string", "go") }],
    });
    assert.deepEqual(answer.mutations, [
      { name: "stored", value: { typename: "example/raw", hex: "09" } },
      { name: "initial", value: { typename: "example/raw", hex: "0902" } },
    ]);
  });

  test(`${generation}: private fields and accessors are states too`, async () => {
    @StatefulFunction("example/private")
    class Private {
      @State("hidden", Types.int) #hidden = 1;
      @State("drawn", Types.int) accessor drawn = 2;
      @State("both", Types.int) accessor #both = 3;
      @Handles(Types.string)
      handle() {
        this.#hidden += 10;
        this.drawn += 10;
        this.#both += 10;
      }
    }
    const answer = await new Engine(new StatefulFunctions(Private), generation).call({
      to: "example/private/1",
      state: { hidden: int(5), drawn: undefined, both: undefined },
      messages: [{ argument: primitive(generation, "string", "go") }],
    });
    // Standard decorators are evaluated for accessors first, then for fields.
    assert.deepEqual(answer.mutations, [
      { name: "drawn", value: shown(int(12)) },
      { name: "both", value: shown(int(13)) },
      { name: "hidden", value: shown(int(15)) },
    ]);
  });
}

test("a stored message keeps its own class, not the one of a state beside it", async () => {
  let seen: unknown;
  Probe.act = ({ user }) => {
    seen = user?.constructor === User && !(user instanceof Admin);
  };
  await new Engine(functions, "v3").call({
    to,
    state: new Map(names.map((name) => [name, name === "user" ? message(User, { name: "x" }) : undefined])),
    messages: [{ argument: primitive("v3", "string", "go") }],
  });
  assert.equal(seen, true);
});
