// How a packed value is printed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { custom, json, Metadata, TypedValue, Types } from "../../src/index.js";

const Order = json<{ item: string }>("test/shown-order");
const Broken = custom<string>(
  "test/shown-broken",
  () => new Uint8Array([1, 255]),
  () => {
    throw new Error("no");
  },
);

test("a packed value is printed with its type and its value", () => {
  assert.equal(inspect(Types.int.pack(5)), "TypedValue(io.statefun.types/int) 5");
  assert.equal(
    inspect({ sent: [Order.pack({ item: "tea" })] }),
    "{ sent: [ TypedValue(test/shown-order) { item: 'tea' } ] }",
  );
});

test("the bytes are printed of a value whose type is not known, or does not read the bytes", () => {
  assert.equal(inspect(new TypedValue("test/unheard", new Uint8Array([10, 0]))), "TypedValue(test/unheard) <0a 00>");
  assert.equal(inspect(Broken.pack("x")), "TypedValue(test/shown-broken) <01 ff>");
});

test("a packed value becomes JSON with its type and its value, as test runners print it", () => {
  const shown = (value: TypedValue) => JSON.parse(JSON.stringify(value));
  assert.deepEqual(shown(Order.pack({ item: "tea" })), { typename: "test/shown-order", value: { item: "tea" } });
  assert.deepEqual(shown(Types.long.pack(2n ** 60n)), {
    typename: "io.statefun.types/long",
    value: "1152921504606846976",
  });
  assert.deepEqual(shown(new TypedValue("test/unheard", new Uint8Array([10]))), {
    typename: "test/unheard",
    bytes: "0a",
  });
});

test("what a packed value yields is equal for equal values alone, which is how Jest and Vitest compare it", () => {
  const yielded = (value: TypedValue) => [...(value as unknown as Iterable<unknown>)];
  const order = Order.pack({ item: "tea" });
  assert.deepEqual(yielded(order), yielded(Order.pack({ item: "tea" })));
  assert.notDeepEqual(yielded(order), yielded(Order.pack({ item: "cake" })));
  assert.notDeepEqual(yielded(order), yielded(order.withMetadata(new Metadata({ trace: "a" }))));
  assert.notDeepEqual(yielded(Types.string.pack("a")), yielded(Types.bytes.pack(Buffer.from("a"))));
});

test("a packed value is no plain object, which Vitest would copy before it prints it", () => {
  assert.equal(Object.prototype.toString.call(Types.int.pack(5)), "[object TypedValue]");
  assert.equal(inspect(Types.int.pack(5)), "TypedValue(io.statefun.types/int) 5");
});

test("to print a packed value leaves nothing on it that a comparison would see", () => {
  assert.deepEqual(Object.keys(Types.int.pack(5)), ["typename"]);
});
