// What a class's properties hold at the start of a batch and between its messages, and the order of the mutations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { Handles, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { Engine, generations, message, packed, primitive, shown } from "../support/calls.js";
import { batchesOf, type Cart, functions, jsonOf, names, Probe, to } from "./state-probe.js";

const { User, Admin } = example;

for (const generation of generations) {
  const batch = batchesOf(generation);
  const int = (value: number) => primitive(generation, "int", value);

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

  test(`${generation}: mutations come in the order of declaration, whatever order they were made in`, async () => {
    const mutations = await batch({}, (probe) => {
      probe.ratio = 1;
      probe.name = "n";
      probe.count = 1;
    });
    assert.deepEqual(Object.keys(mutations), ["count", "name", "ratio"]);
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
