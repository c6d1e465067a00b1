// The heads of fields: what is encoded once is what would be encoded each time.
// Alone in its process: it needs the table of heads to be empty at first, and fills it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { typeHead, valueHead } from "../../src/wire/field-heads.js";
import { encode, flag, text } from "../fuzz/wire-tree.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const expectedType = (namespace: string, name: string) => hex(encode([text(1, namespace), text(2, name)]));
const expectedValue = (typename: string) => hex(encode([text(1, typename), flag(2, true)]));

test("type names of the same letters, cut at different places, have heads of their own", () => {
  for (const [namespace, name] of [
    ["shop", "cart"],
    ["sho", "pcart"],
    ["shop/cart", "cart"],
    ["cart", "shop"],
  ] as const) {
    assert.equal(hex(typeHead(namespace, name)), expectedType(namespace, name));
    assert.equal(hex(typeHead(namespace, name)), expectedType(namespace, name));
  }
});

test("a head holds names of any length and in any script", () => {
  const long = "é".repeat(300);
  assert.equal(hex(typeHead(long, "小さい")), expectedType(long, "小さい"));
  assert.equal(hex(valueHead(`${long}/小さい`)), expectedValue(`${long}/小さい`));
});

test("a type name and a typename of the same text don't share a head", () => {
  assert.equal(hex(valueHead("shop/cart")), expectedValue("shop/cart"));
  assert.equal(hex(typeHead("shop", "cart")), expectedType("shop", "cart"));
});

test("names beyond the limit are encoded each time", () => {
  for (const round of [1, 2]) {
    for (let index = 0; index < 1500; index++) {
      const name = `name-${index}`;
      assert.equal(hex(typeHead("many", name)), expectedType("many", name), `round ${round}`);
      assert.equal(hex(valueHead(name)), expectedValue(name), `round ${round}`);
    }
  }
  assert.notEqual(typeHead("many", "name-1499"), typeHead("many", "name-1499"));
  assert.equal(typeHead("shop", "cart"), typeHead("shop", "cart"));
});
