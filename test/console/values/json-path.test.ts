import assert from "node:assert/strict";
import { test } from "node:test";
import { partAt, withoutPart, withPart } from "../../../console/values/json-path.js";

const cart = { id: "bob", lines: [{ sku: "tea" }, { sku: "jam" }] };

test("a part is found by its path, and nothing where there is none", () => {
  assert.equal(partAt(cart, ["lines", 1, "sku"]), "jam");
  assert.equal(partAt(cart, []), cart);
  for (const path of [["lines", 2, "sku"], ["id", "length"], ["toString"]]) assert.equal(partAt(cart, path), undefined);
});

test("a part is changed in a copy, and the names keep their order", () => {
  const changed = withPart(cart, ["lines", 0, "sku"], "rum");
  assert.deepEqual(changed, { id: "bob", lines: [{ sku: "rum" }, { sku: "jam" }] });
  assert.deepEqual(Object.keys(withPart(cart, ["id"], "eve") as object), ["id", "lines"]);
  assert.equal(cart.lines[0]?.sku, "tea");
});

test("what is missing on the way to a part is made", () => {
  assert.deepEqual(withPart(undefined, ["lines", 0, "sku"], "tea"), { lines: [{ sku: "tea" }] });
  assert.deepEqual(withPart("text", ["a"], 1), { a: 1 });
  assert.equal(withPart(cart, [], 5), 5);
});

test("a part is removed from an object and from a list", () => {
  assert.deepEqual(withoutPart(cart, ["lines", 0]), { id: "bob", lines: [{ sku: "jam" }] });
  assert.deepEqual(withoutPart(cart, ["lines"]), { id: "bob" });
  assert.deepEqual(withoutPart(cart, ["nothing", "there"]), cart);
});

test("a property named __proto__ is a property like any other", () => {
  const changed = withPart({}, ["__proto__"], 1) as object;
  assert.deepEqual(Object.entries(changed), [["__proto__", 1]]);
  assert.equal(Object.getPrototypeOf(changed), Object.prototype);
});
