import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonSchema, schemaCheck } from "../../../console/values/json-schema.js";

const order: JsonSchema = {
  type: "object",
  required: ["sku", "pieces"],
  additionalProperties: false,
  properties: {
    sku: { type: "string", minLength: 1 },
    pieces: { type: "integer", minimum: 1 },
    "per/box": { type: "array", items: { $ref: "#/$defs/box" } },
    note: { anyOf: [{ type: "string", maxLength: 3 }, { type: "null" }] },
    pay: {
      oneOf: [
        { type: "object", required: ["card"], properties: { by: { const: "card" }, card: { type: "string" } } },
        { type: "object", required: ["iban"], properties: { by: { const: "bank" }, iban: { type: "string" } } },
      ],
    },
  },
  $defs: { box: { type: "object", properties: { size: { type: "number" } } } },
};

const paths = (value: unknown) => schemaCheck(order)(value).map(({ path }) => path);

test("a value that its schema allows has no problems", () => {
  assert.deepEqual(paths({ sku: "tea", pieces: 2, "per/box": [{ size: 1.5 }], note: null }), []);
  assert.deepEqual(schemaCheck(true)({ any: "thing" }), []);
});

test("each problem is told once, at its own place", () => {
  assert.deepEqual(paths({ sku: "", pieces: 0 }), [["sku"], ["pieces"]]);
  assert.deepEqual(paths({ sku: "tea", pieces: 1, "per/box": [{ size: 1 }, { size: "2" }] }), [["per/box", 1, "size"]]);
  assert.deepEqual(paths([]), [[]]);
});

test("a property that is missing is told at its object, one that is unknown at itself", () => {
  assert.deepEqual(paths({ sku: "tea" }), [[]]);
  const [unknown, ...others] = schemaCheck(order)({ sku: "tea", pieces: 1, colour: "red" });
  assert.deepEqual(unknown, { path: ["colour"], message: 'The type has no "colour".' });
  assert.deepEqual(others, []);
});

test("of a union, the alternative whose type the value has says what is wrong", () => {
  assert.deepEqual(paths({ sku: "tea", pieces: 1, note: "too long" }), [["note"]]);
  assert.match(schemaCheck(order)({ sku: "tea", pieces: 1, note: "long" })[0]?.message ?? "", /long/i);
});

test("a union of which several alternatives are as close is one problem", () => {
  assert.deepEqual(paths({ sku: "tea", pieces: 1, pay: {} }), [["pay"]]);
});

test("nothing is allowed by the schema false", () => {
  assert.deepEqual(
    schemaCheck(false)(1).map(({ path }) => path),
    [[]],
  );
});
