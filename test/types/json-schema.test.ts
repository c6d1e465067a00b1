// The JSON Schemas of types, and the examples that are made of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import protobufjs from "protobufjs";
import { Address, custom, json, protobuf, type StandardSchema, type Type, Types } from "../../src/index.js";
import { exampleOf } from "../../src/types/json-example.js";
import { schemaOf } from "../../src/types/json-schema.js";
import { every, everyFieldFile } from "../support/every-field.js";

const reflected = new protobufjs.Root().loadSync(everyFieldFile).lookupType("example.fields.Every");

const full = {
  textField: "ü",
  flag: true,
  int: -5,
  uint: 4_000_000_000,
  long: "-9007199254740993",
  ulong: "18446744073709551615",
  float: 0.5,
  double: 1e300,
  bytes: "AQID",
  color: "BLUE",
  inner: { text: "in", tree: { kids: [{ kids: [] }] } },
  texts: ["a"],
  inners: [{ text: "b" }],
  counts: { c: 1 },
  byNumber: { 5: { text: "d" } },
  colors: ["RED", "BLUE"],
  chunks: ["AA=="],
  longChoice: 7,
};

const ajv = new Ajv2020({ strict: false });
const fits = (type: Type<any>, value: unknown) => ajv.validate(schemaOf(type) as object, value) as boolean;

test("the schema of a primitive fits what the type takes, and nothing else", () => {
  const cases: readonly (readonly [Type<any>, readonly unknown[], readonly unknown[]])[] = [
    [Types.bool, [true, false], [1, "true", null]],
    [Types.int, [0, -(2 ** 31), 2 ** 31 - 1], [0.5, 2 ** 31, "1"]],
    [Types.long, [5, "9223372036854775807", "-1"], [0.5, "x", "1.5", true]],
    [Types.float, [0.5, -3], ["0.5", null]],
    [Types.double, [1e300], [[], "1"]],
    [Types.string, ["", "ü"], [5, null]],
    [Types.bytes, ["", "AA==", "AQID"], ["A", "*", 5]],
    [Types.address, [{ namespace: "a", type: "b", id: "c" }], [{ namespace: "a", type: "b" }, "a/b/c"]],
  ];
  for (const [type, good, bad] of cases) {
    for (const value of good) {
      assert.equal(fits(type, value), true, `${type.typename}: ${JSON.stringify(value)}`);
      assert.ok(type.fromJson(value) !== undefined);
    }
    for (const value of bad) assert.equal(fits(type, value), false, `${type.typename}: ${JSON.stringify(value)}`);
  }
});

test("a generated protobuf class has the same schema as its reflected type", () => {
  assert.deepEqual(schemaOf(protobuf(every)), schemaOf(protobuf(reflected)));
});

test("the schema of a protobuf message knows the kind of each field", () => {
  const { properties } = schemaOf(protobuf(every)) as any;
  assert.deepEqual(Object.keys(properties).sort(), Object.keys(reflected.fields).sort());
  assert.deepEqual(properties.flag, { type: "boolean" });
  assert.deepEqual(properties.color, { enum: ["RED", "GREEN", "BLUE"] });
  assert.deepEqual(properties.uint, { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 });
  assert.deepEqual([properties.long.format, properties.ulong.format], ["int64", "uint64"]);
  assert.deepEqual(properties.texts, { type: "array", items: { type: "string" } });
  assert.equal(properties.counts.additionalProperties.type, "integer");
  assert.equal(properties.byNumber.additionalProperties.properties.text.type, "string");
  assert.equal(properties.bytesChoice.contentEncoding, "base64");
  assert.equal(properties.innerChoice.properties.text.type, "string");
  assert.deepEqual(properties.perhaps, { type: "number" });
});

test("the schema of a protobuf message fits the JSON of its messages, and no JSON that the type refuses", () => {
  for (const type of [protobuf(every), protobuf(reflected)]) {
    const value: unknown = type.fromJson(full);
    assert.equal(fits(type, full), true, ajv.errorsText());
    assert.equal(fits(type, type.toJson(value)), true, ajv.errorsText());
    for (const wrong of [
      { unknown: 1 },
      { int: "x" },
      { flag: 5 },
      { texts: "a" },
      { color: "PINK" },
      { bytes: "*" },
    ]) {
      assert.equal(fits(type, wrong), false, JSON.stringify(wrong));
      assert.throws(() => type.fromJson(wrong));
    }
  }
});

test("a JSON type has the schema that its Standard Schema says", () => {
  const schema = { type: "object", properties: { item: { type: "string" } }, required: ["item"] };
  assert.deepEqual(schemaOf(json("json-schema/order", standard({ input: () => schema }))), schema);
  assert.equal(schemaOf(json("json-schema/none")), undefined);
  assert.equal(schemaOf(json("json-schema/silent", standard(undefined))), undefined);
  const failing = standard({
    input() {
      throw new Error("a transform has no JSON Schema");
    },
  });
  assert.equal(schemaOf(json("json-schema/failing", failing)), undefined);
});

test("an example fits its schema and is taken by its type", () => {
  const nested = {
    type: "object",
    properties: {
      kind: { const: "order" },
      status: { enum: ["open", "done"] },
      pieces: { type: "integer", minimum: 1 },
      due: { type: "string", format: "date-time" },
      name: { type: "string", minLength: 3 },
      tags: { type: "array", items: { type: "string", minLength: 1 }, minItems: 2 },
      either: { anyOf: [{ type: "number", exclusiveMaximum: -1 }, { type: "null" }] },
      all: { allOf: [{ type: "object", properties: { a: { type: "boolean" } }, required: ["a"] }] },
      self: { $ref: "#" },
      defined: { $ref: "#/$defs/one~1two" },
    },
    required: ["kind", "status", "pieces", "due", "name", "tags", "either", "all", "defined"],
    $defs: { "one/two": { type: "string", default: "x" } },
  };
  const types = [
    ...Object.values(Types),
    protobuf(every),
    protobuf(reflected),
    json("json-schema/nested", standard({ input: () => nested })),
  ];
  for (const type of types) {
    const example = exampleOf(type);
    assert.equal(fits(type, example), true, `${type.typename}: ${JSON.stringify(example)}: ${ajv.errorsText()}`);
    type.pack(type.fromJson(example));
  }
  assert.ok(Types.address.fromJson(exampleOf(Types.address)) instanceof Address);
});

test("no example is made of a schema that asks for more than it says, nor without a schema", () => {
  const odd = standard({ input: () => ({ type: "string" }) }, (value) => value === "secret");
  assert.equal(exampleOf(json("json-schema/odd", odd)), undefined);
  assert.equal(exampleOf(json("json-schema/without")), undefined);
  const opaque = custom(
    "json-schema/opaque",
    () => new Uint8Array(0),
    () => "",
  );
  assert.deepEqual([schemaOf(opaque), exampleOf(opaque)], [undefined, undefined]);
});

test("optional properties that no value can be made for are left out of an example", () => {
  const schema = { type: "object", properties: { a: { type: "string" }, b: { type: "string" } }, required: ["a"] };
  const Odd = json(
    "json-schema/optional",
    standard({ input: () => schema }, (value: any) => value.b === undefined),
  );
  assert.deepEqual(exampleOf(Odd), { a: "" });
});

function standard(jsonSchema: unknown, accepts: (value: unknown) => boolean = () => true): StandardSchema<any> {
  const validate = (value: unknown) => (accepts(value) ? { value } : { issues: [{ message: "refused" }] });
  return { "~standard": { version: 1, vendor: "test", validate, jsonSchema } as StandardSchema["~standard"] };
}
