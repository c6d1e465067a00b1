// Primitives that cross from one generation to the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TypedValue } from "../../src/index.js";
import { primitiveFor } from "../../src/wire/primitives.js";
import { primitive } from "../support/calls.js";

const values: [Parameters<typeof primitive>[1], unknown][] = [
  ["bool", true],
  ["bool", false],
  ["int", 0],
  ["int", 5],
  ["int", -5],
  ["int", 2 ** 31 - 1],
  ["int", -(2 ** 31)],
  ["long", 0n],
  ["long", 2n ** 63n - 1n],
  ["long", -(2n ** 63n)],
  ["float", 1.5],
  ["double", -0.1],
  ["string", "hi"],
  ["string", ""],
];

for (const [kind, value] of values) {
  test(`${kind} ${value} is the same value in both generations`, () => {
    const forms = { v2: primitive("v2", kind, value), v3: primitive("v3", kind, value) };
    for (const [from, to] of [
      ["v2", "v3"],
      ["v3", "v2"],
    ] as const) {
      const made = primitiveFor(new TypedValue(forms[from].typename, forms[from].value), to);
      assert.equal(made.typename, forms[to].typename);
      assert.deepEqual(Buffer.from(made.value), Buffer.from(forms[to].value));
    }
  });
}

test("a value that is no primitive, or already of the generation, stays as it is", () => {
  const text = new TypedValue("example/text", Buffer.from("hi"));
  assert.equal(primitiveFor(text, "v2"), text);
  assert.equal(primitiveFor(text, "v3"), text);
  const { typename, value } = primitive("v3", "int", 5);
  const int = new TypedValue(typename, value);
  assert.equal(primitiveFor(int, "v3"), int);
});

test("bytes that are not of their type stay as they are, for the receiver to refuse", () => {
  const broken = new TypedValue(primitive("v3", "int", 5).typename, Buffer.from([0xff]));
  assert.equal(primitiveFor(broken, "v2"), broken);
});
