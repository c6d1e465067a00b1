// Values as JSON and back, as an HTTP ingress takes and shows them.

import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import { custom, json, Types } from "../../src/index.js";
import type { Type } from "../../src/model/type.js";
import { typeOf } from "../../src/types/protobuf.js";
import { throwsCode } from "../support/expect-code.js";

/** Both ways, and through JSON text. */
function roundTrip<T>(type: Type<T>, value: T, expected: unknown) {
  const shown = type.toJson(value);
  assert.deepEqual(shown, expected);
  assert.deepEqual(type.fromJson(JSON.parse(JSON.stringify(shown))), value);
}

test("primitives", () => {
  roundTrip(Types.bool, true, true);
  roundTrip(Types.int, -5, -5);
  roundTrip(Types.long, 5n, 5);
  roundTrip(Types.long, 2n ** 53n - 1n, 2 ** 53 - 1);
  roundTrip(Types.long, 2n ** 53n, "9007199254740992");
  roundTrip(Types.long, -(2n ** 63n), "-9223372036854775808");
  roundTrip(Types.float, 0.5, 0.5);
  roundTrip(Types.double, 1e300, 1e300);
  roundTrip(Types.double, Number.NaN, "NaN");
  roundTrip(Types.float, Number.NEGATIVE_INFINITY, "-Infinity");
  roundTrip(Types.string, "häé\0", "häé\0");
  roundTrip(Types.bytes, Uint8Array.of(0, 255, 128), "AP+A");
  roundTrip(Types.bytes, new Uint8Array(0), "");
});

test("a primitive takes other ways to write it", () => {
  assert.equal(Types.long.fromJson("5"), 5n);
  assert.deepEqual(Types.bytes.fromJson("AP-A"), Uint8Array.of(0, 255, 128));
  assert.deepEqual(Types.bytes.fromJson("AA"), Uint8Array.of(0));
});

const misfits: [Type<any>, unknown[]][] = [
  [Types.bool, [1, "true", null, undefined]],
  [Types.int, [1.5, 2 ** 31, "5", null, true, {}]],
  [Types.long, [1.5, 2 ** 53, "", "5n", "0x5", "9223372036854775808", "1".repeat(10_000), null]],
  [Types.float, [1e300, "1", "infinity", null]],
  [Types.double, ["1", "", null, []]],
  [Types.string, [5, null, "\ud800", {}]],
  [Types.bytes, ["A", "A===", "AA==A", "ä", [1], null]],
];
for (const [type, values] of misfits) {
  test(`${type.typename} refuses JSON that is none`, () => {
    for (const value of values) throwsCode(() => type.fromJson(value), "VALUE_INVALID");
  });
}

test("JSON types are JSON, held against their schema", () => {
  roundTrip(json<unknown>("json-mapping/any"), { a: [1, null, { b: "c" }] }, { a: [1, null, { b: "c" }] });
  const short = json<string>("json-mapping/short", {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        typeof value === "string" && value.length < 4 ? { value } : { issues: [{ message: "too long" }] },
    },
  });
  assert.equal(short.fromJson("abc"), "abc");
  throwsCode(() => short.fromJson("abcd"), "VALUE_INVALID");
});

test("custom types do not say how", () => {
  const type = custom<string>(
    "json-mapping/custom",
    (value) => Buffer.from(value),
    (bytes) => String(bytes),
  );
  assert.equal(type.toJson("x"), undefined);
  assert.equal(type.fromJson("x"), undefined);
});

test("generated protobuf classes: a field that is not set has its default, both ways", () => {
  const type: Type<example.Greeting> = typeOf(example.Greeting);
  roundTrip(type, example.Greeting.create({ text: "hi", count: 2 }), { text: "hi", count: 2 });
  assert.deepEqual(type.toJson(example.Greeting.create({})), { text: "", count: 0 });
  assert.deepEqual(type.fromJson({}), example.Greeting.create({}));
  assert.ok(type.fromJson({ text: "hi" }) instanceof example.Greeting);
  assert.deepEqual(type.fromJson({ text: "", count: 0 }), example.Greeting.create({}));
  assert.deepEqual(type.fromJson({ text: null, count: null }), example.Greeting.create({}));
});

const { root } = protobuf.parse(`
  syntax = "proto3";
  package mapping;
  enum Kind { NONE = 0; SMALL = 1; BIG = 2; }
  message Item { string name = 1; repeated Item parts = 2; }
  message All {
    int32 small = 1; int64 long = 2; uint64 natural = 3; double real = 4; bool yes = 5; bytes raw = 6; Kind kind = 7;
    Item item = 8; repeated Item items = 9; map<string, Item> by_name = 10; repeated Kind kinds = 11;
    map<string, int64> counts = 12; optional int32 maybe = 13; oneof choice { string left = 14; int32 right = 15; }
    repeated int32 numbers = 16;
  }`);
const all = typeOf(root.lookupType("mapping.All"));
const full = {
  small: -5,
  long: "-9223372036854775808",
  natural: "18446744073709551615",
  real: "NaN",
  yes: true,
  raw: "AP+A",
  kind: "BIG",
  item: { name: "a", parts: [{ name: "b", parts: [] }] },
  items: [
    { name: "c", parts: [] },
    { name: "", parts: [] },
  ],
  byName: { constructor: { name: "d", parts: [] }, "": { name: "", parts: [] } },
  kinds: ["SMALL", "NONE"],
  counts: { one: "1" },
  maybe: 0,
  right: 7,
  numbers: [1, -2],
};

test("reflected protobuf types: every kind of field comes back as it was", () => {
  const message = all.fromJson(full);
  assert.deepEqual(all.toJson(all.deserialize(all.serialize(message))), full);
});

/** All of them at their defaults; messages, optional fields and those of a oneof can be absent. */
const defaults = {
  small: 0,
  long: "0",
  natural: "0",
  real: 0,
  yes: false,
  raw: "",
  kind: "NONE",
  items: [],
  byName: {},
  kinds: [],
  counts: {},
  numbers: [],
};

test("a 64-bit number beyond 2^53 is text in JSON, and one up to it a number too", () => {
  for (const [json, text] of [
    ["9007199254740993", "9007199254740993"],
    [2 ** 53 - 1, "9007199254740991"],
  ]) {
    assert.deepEqual(all.toJson(all.fromJson({ long: json })), { ...defaults, long: text });
  }
});

test("protobuf fields take other ways to write them, defaults and null", () => {
  const { maybe: _unset, ...rest } = full;
  const other = { ...full, small: "-5", raw: "AP-A", kind: 2, counts: { one: 1 }, maybe: null, left: null };
  assert.deepEqual(all.toJson(all.fromJson(other)), rest);
  assert.deepEqual(
    all.toJson(
      all.fromJson({
        small: 0,
        long: "0",
        natural: 0,
        real: 0,
        yes: false,
        raw: "",
        kind: "NONE",
        items: [],
        byName: {},
      }),
    ),
    defaults,
  );
  assert.deepEqual(all.toJson(all.fromJson({ kind: 0, item: null, items: null })), defaults);
});

const refused: [string, object | string | number | null, RegExp?][] = [
  ["no object", "text"],
  ["a list", []],
  ["null", null],
  ["an unknown field", { small: 1, other: 2 }, /"other"/],
  ["an unknown field inside", { items: [{}, { nam: "x" }] }, /"items\[1\]\.nam"/],
  ["an unknown field that is null", { other: null }, /"other"/],
  ["the name in the .proto file of a field that has another", { by_name: {} }, /"by_name"/],
  ["a name that every object has", { constructor: "x" }, /"constructor"/],
  ["a name that every object has, as a prototype", JSON.parse('{"__proto__": {"small": 1}}'), /"__proto__"/],
  ["protobufjs's own field", { $unknowns: ["AA=="] }, /"\$unknowns"/],
  ["a fraction for a whole number", { small: 1.5 }, /small/],
  ["a whole number that is too large", { small: 2 ** 31 }, /small/],
  ["a negative number without sign", { natural: -1 }, /natural/],
  ["text for a number", { small: "five" }, /small/],
  ["text for a long", { long: "five" }, /long/],
  ["a long that is too large", { long: "9223372036854775808" }, /long/],
  ["a number that JSON has rounded for a long", JSON.parse('{ "long": 9007199254740993 }'), /long is beyond 2\^53/],
  ["such a number in a map", { counts: { one: 2 ** 53 } }, /counts\.one/],
  ["such a number for a natural number", { natural: 2 ** 53 }, /natural/],
  ["such a number below zero", { long: -(2 ** 53) }, /long/],
  ["a number for text", { item: { name: 5 } }, /item\.name/],
  ["text for a boolean", { yes: "false" }, /yes/],
  ["a number for bytes", { raw: 5 }, /raw/],
  ["a list for bytes", { raw: [1, 2] }, /raw/],
  ["text that is no base64", { raw: "A" }],
  ["base64 with something after it", { raw: "AA==AA" }],
  ["an enum's unknown name", { kind: "HUGE" }, /kind/],
  ["an enum's unknown name in a list", { kinds: ["SMALL", "HUGE"] }, /kinds\[1\]/],
  ["an object for a list", { items: {} }],
  ["a list for an object", { item: [] }, /item/],
  ["text for an object", { item: "x" }],
  ["null in a list", { numbers: [1, null] }, /numbers\[1\]/],
  ["two of which only one can be", { left: "a", right: 1 }, /choice/],
];
for (const [what, value, message] of refused) {
  test(`a protobuf message refuses ${what}`, () => {
    assert.throws(() => all.fromJson(value), { code: "VALUE_INVALID", ...(message && { message }) });
  });
}

test("a deeply nested message is refused, not a fault", () => {
  let nested = {};
  for (let depth = 0; depth < 20_000; depth++) nested = { parts: [nested] };
  throwsCode(() => all.fromJson({ item: nested }), "VALUE_INVALID");
});

test("a class that was generated without conversion does not say how", () => {
  const bare = typeOf({
    fullName: "mapping.Bare",
    encode: () => ({ finish: () => new Uint8Array(0) }),
    decode: () => ({}),
    create: () => ({}),
  });
  assert.equal(bare.toJson({}), undefined);
  assert.equal(bare.fromJson({}), undefined);
});
