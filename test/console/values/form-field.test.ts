import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { fieldOf, startOf } from "../../../console/values/form-field.js";
import { type JsonSchema, schemaCheck } from "../../../console/values/json-schema.js";

const fieldIn = (schema: JsonSchema) => fieldOf(schema, schema);
const startIn = (schema: JsonSchema) => startOf(schema, schema);

test("each type has its own kind of control", () => {
  const kinds = {
    text: { type: "string", format: "email" },
    number: { type: "number" },
    boolean: { type: "boolean" },
    choice: { enum: ["a", "b"] },
    list: { type: "array", items: { type: "string" } },
    object: { properties: { a: { type: "string" } } },
    union: { anyOf: [{ type: "string" }, { type: "number" }] },
    json: { type: "array", prefixItems: [{ type: "string" }] },
  };
  for (const [kind, schema] of Object.entries(kinds)) assert.equal(fieldIn(schema).kind, kind);
  for (const schema of [true, false, {}, { type: "object" }, { type: ["object", "array"] }]) {
    assert.equal(fieldIn(schema).kind, "json");
  }
});

test("a number knows its bounds, and whether it is whole", () => {
  assert.deepEqual(fieldIn({ type: "integer", minimum: 1, maximum: 9 }), {
    kind: "number",
    whole: true,
    least: 1,
    most: 9,
    nullable: false,
  });
});

test("a 64-bit number is typed as text, since no number of JSON holds it", () => {
  assert.equal(fieldIn({ type: ["string", "integer"] }).kind, "text");
});

test("null is no alternative of its own", () => {
  const nullable = [
    { type: ["string", "null"] },
    { anyOf: [{ type: "string" }, { type: "null" }] },
    {
      anyOf: [{ $ref: "#/$defs/name" }, { $ref: "#/$defs/none" }],
      $defs: { name: { type: "string" }, none: { type: "null" } },
    },
  ];
  for (const schema of nullable) assert.deepEqual(fieldIn(schema), { kind: "text", nullable: true });
  assert.deepEqual(fieldIn({ enum: ["a", null] }), { kind: "choice", options: ["a"], nullable: true });
  const union = fieldIn({ oneOf: [{ type: "string" }, { type: "number" }, { type: "null" }] });
  assert.deepEqual([union.kind, union.nullable], ["union", true]);
});

test("an object has its properties in their order, with what is said of them", () => {
  const field = fieldIn({
    type: "object",
    title: "Order",
    description: "What a customer orders.",
    required: ["b"],
    properties: { a: { type: "string" }, b: { type: "number" } },
    additionalProperties: { type: "boolean" },
  });
  assert.deepEqual(field, {
    kind: "object",
    title: "Order",
    description: "What a customer orders.",
    nullable: false,
    properties: [
      { name: "a", schema: { type: "string" }, required: false },
      { name: "b", schema: { type: "number" }, required: true },
    ],
    others: { type: "boolean" },
  });
});

test("references are followed, and the parts of allOf are one object", () => {
  const schema = {
    allOf: [{ $ref: "#/definitions/base" }, { properties: { b: { type: "number" } }, required: ["b"] }],
    definitions: { base: { type: "object", properties: { a: { type: "string" } }, required: ["a"] } },
  };
  const field = fieldIn(schema);
  assert.deepEqual(field.kind === "object" && field.properties.map(({ name, required }) => [name, required]), [
    ["a", true],
    ["b", true],
  ]);
});

test("a value to begin with has what the schema asks for", () => {
  assert.equal(startIn({ type: "string", default: "red" }), "red");
  assert.equal(startIn({ type: "string", examples: ["blue"] }), "blue");
  assert.equal(startIn({ type: "integer", minimum: 3 }), 3);
  assert.equal(startIn({ type: ["number", "null"] }), null);
  const properties = { a: { type: "string" }, b: { type: "boolean" }, c: { enum: ["x"] }, d: { type: "array" } };
  assert.deepEqual(startIn({ type: "object", properties, required: ["b", "c", "d"] }), { b: false, c: "x", d: [] });
});

test("a type that holds itself has a control and an end", () => {
  const tree: JsonSchema = {
    $ref: "#/$defs/node",
    $defs: { node: { type: "object", properties: { left: { $ref: "#/$defs/node" } }, required: ["left"] } },
  };
  assert.equal(fieldIn(tree).kind, "object");
  assert.ok(JSON.stringify(startIn(tree)).includes("null"));
  assert.equal(fieldIn({ $ref: "#" }).kind, "json");
  assert.equal(fieldIn({ $ref: "https://elsewhere.example/schema" }).kind, "json");
});

test("a value to begin with passes the schemas that Zod makes", () => {
  const types = [
    z.object({ sku: z.string(), pieces: z.number().int().min(1), gift: z.boolean().optional() }),
    z.object({
      to: z.union([z.object({ mail: z.string() }), z.object({ phone: z.string() })]),
      tags: z.array(z.string()),
    }),
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a") }),
      z.object({ kind: z.literal("b"), n: z.number() }),
    ]),
    z.record(z.string(), z.number()),
    z.object({ at: z.string().nullable(), colour: z.enum(["red", "blue"]) }),
  ];
  for (const type of types) {
    const schema = z.toJSONSchema(type) as JsonSchema;
    assert.deepEqual(schemaCheck(schema)(startIn(schema)), []);
    assert.notEqual(fieldIn(schema).kind, "json");
  }
});
