// Which changes of a property's value are stored at the end of its batch.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import type { StateSpec } from "../../src/functions/function-spec.js";
import { Cell } from "../../src/functions/state-cell.js";
import { StateProperty } from "../../src/functions/state-property.js";
import { custom, Handles, State, StatefulFunction, StatefulFunctions, TypedValue, Types } from "../../src/index.js";
import { noExpiration } from "../../src/model/expiration.js";
import { Engine, generations, Instance, message, packed, primitive, shown } from "../support/calls.js";
import { batchesOf, type Cart, encodeOrder, jsonOf, Order, Probe } from "./state-probe.js";

const { User } = example;

for (const generation of generations) {
  const batch = batchesOf(generation);
  const int = (value: number) => primitive(generation, "int", value);

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

  test(`${generation}: a long state that is deleted, and gets the default of its class, is stored`, async () => {
    @StatefulFunction("example/deletes")
    class Deletes {
      @State("name", Types.string) name?: string = "default";

      @Handles(Types.int)
      reset() {
        delete this.name;
        this.name = "default";
      }
    }
    const engine = new Engine(new StatefulFunctions(Deletes), generation);
    const instance = new Instance(engine, "example/deletes/1", ["name"]);
    instance.state.set("name", primitive(generation, "string", "long ".repeat(100)));
    const { mutations } = await instance.send(int(1));
    assert.deepEqual(mutations, [{ name: "name", value: shown(primitive(generation, "string", "default")) }]);
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

  test(`${generation}: a state that is deleted and set in one message is stored`, async () => {
    const mutations = await batch({ count: int(5) }, (probe) => {
      delete (probe as { count?: number }).count;
      probe.count = 6;
    });
    assert.deepEqual(mutations, { count: shown(int(6)) });
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
}

for (const start of [undefined, "default"]) {
  test(`a message that takes its changes back finds ${start ?? "no value"} when the message before it cleared a large state`, () => {
    const instance: { text?: string | undefined } = { text: start };
    const spec: StateSpec = {
      name: "text",
      type: Types.string,
      expiration: noExpiration,
      property: new StateProperty("text"),
      get: (holder) => (holder as typeof instance).text,
      set: (holder, value) => Object.assign(holder, { text: value }),
    };
    const stored = new TypedValue(Types.string.typename, Types.string.serialize("long ".repeat(100)));
    const cell = new Cell("example/clears", "v3", spec, stored, instance);
    delete instance.text;
    cell.prepare(instance, false);
    cell.keep();
    if (start !== undefined) cell.restoreDefault({ text: start }, instance);

    instance.text = "changed";
    cell.returnTo(undefined, instance);

    assert.equal(instance.text, start);
  });
}
