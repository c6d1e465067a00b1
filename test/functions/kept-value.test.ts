// What the engine is told of a state after several messages, and after a value that another SDK has stored.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { generations, message, packed, primitive, shown } from "../support/calls.js";
import { batchesOf, jsonOf } from "./state-probe.js";

const { User } = example;

for (const generation of generations) {
  const batch = batchesOf(generation);
  const int = (value: number) => primitive(generation, "int", value);

  test(`${generation}: a change that is taken back makes no mutation`, async () => {
    const mutations = await batch(
      { count: int(5), cart: jsonOf({ items: [{ sku: "b", count: 2 }] }) },
      (probe, turn) => {
        probe.count += turn === 0 ? 1 : -1;
        if (turn === 0) probe.cart.items.push({ sku: "a", count: 1 });
        else probe.cart.items.pop();
      },
      2,
    );
    assert.deepEqual(mutations, {});
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
}
