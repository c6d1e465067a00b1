// What a protobuf field can't hold is refused when the message is packed: it would be read as another value, or never.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import protobufjs from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import type { MessageClass } from "../../src/model/protobuf-class.js";
import { typeOf } from "../../src/types/protobuf.js";
import { throwsCode } from "../support/expect-code.js";

const { root } = protobufjs.parse(`
  syntax = "proto3";
  package checked;
  enum Kind { NONE = 0; BIG = 2; }
  message All {
    string text = 1; bytes raw = 2; bool yes = 3; Kind kind = 4; float small = 5; double real = 6;
    int32 int32 = 7; sint32 sint32 = 8; sfixed32 sfixed32 = 9; uint32 uint32 = 10; fixed32 fixed32 = 11;
    int64 int64 = 12; sint64 sint64 = 13; sfixed64 sfixed64 = 14; uint64 uint64 = 15; fixed64 fixed64 = 16;
    repeated string texts = 21; repeated bytes raws = 22; repeated bool yess = 23; repeated Kind kinds = 24;
    repeated float smalls = 25; repeated double reals = 26;
    repeated int32 int32s = 27; repeated sint32 sint32s = 28; repeated sfixed32 sfixed32s = 29;
    repeated uint32 uint32s = 30; repeated fixed32 fixed32s = 31;
    repeated int64 int64s = 32; repeated sint64 sint64s = 33; repeated sfixed64 sfixed64s = 34;
    repeated uint64 uint64s = 35; repeated fixed64 fixed64s = 36;
    All inner = 41; repeated All list = 42; map<string, string> map = 43; map<string, All> messages = 44;
    map<int32, string> by_int = 45; map<bool, string> by_bool = 46; map<int64, string> by_long = 47;
    oneof choice { string left = 48; int64 right = 49; }
    repeated int64 unpacked = 50 [packed = false];
  }`);
const All = root.lookupType("checked.All");
const all = typeOf(All);
const half = "Bob \ud83d";
const long = "far more than forty characters, so that another path of the writer is taken ";

/** Packs the fields and reads them again, each 64-bit number as a bigint. */
function roundTrip(fields: object): Record<string, unknown> {
  return All.toObject(all.unpack(all.pack(All.create(fields))), { longs: BigInt });
}

describe("half of a surrogate pair in a protobuf string is VALUE_INVALID", () => {
  const places: [string, (text: string) => object][] = [
    ["a field", (text) => ({ text })],
    ["a list", (text) => ({ texts: ["a", text] })],
    ["the value of a map", (text) => ({ map: { a: text } })],
    ["the key of a map", (text) => ({ map: { [text]: "a" } })],
    ["a oneof", (text) => ({ left: text })],
    ["a message in a message", (text) => ({ inner: { inner: { text } } })],
    ["a message in a list", (text) => ({ list: [{}, { texts: [text] }] })],
    ["a message in a map", (text) => ({ messages: { a: { map: { b: text } } } })],
  ];
  for (const [place, fields] of places) {
    test(place, () => {
      for (const text of [half, "\udc00", `${long}\ud83d`, `\udc00${long}${long}`, `ä${half}`]) {
        throwsCode(() => all.pack(All.create(fields(text))), "VALUE_INVALID", "checked.All");
      }
      for (const text of ["Bob 😀", `${long}😀`, "\ufffd", "ÿ"]) {
        assert.deepEqual(roundTrip(fields(text)), All.toObject(All.create(fields(text))));
      }
    });
  }

  test("in a generated class, from its first message on", () => {
    class First extends example.User {}
    const user = typeOf(Object.assign(First, { encode: example.User.encode.bind(First) }));
    for (let time = 0; time < 2; time++) {
      throwsCode(() => user.pack(example.User.create({ name: half })), "VALUE_INVALID", "name");
    }
    user.pack(example.User.create({ name: "Bob" }));
    throwsCode(() => user.pack(example.User.create({ name: half })), "VALUE_INVALID", "name");
  });

  test("in a class with @Field.d", () => {
    class Cat extends protobufjs.Message<Cat> {
      declare name: string;
    }
    protobufjs.Field.d(1, "string")(Cat.prototype, "name");
    protobufjs.Type.d("Cat")(Cat);
    const cat = typeOf(Cat as unknown as MessageClass<Cat>);
    throwsCode(() => cat.pack(new Cat({ name: half })), "VALUE_INVALID", "name");
    assert.equal(cat.unpack(cat.pack(new Cat({ name: "Tom" }))).name, "Tom");
  });
});

describe("the error names the field", () => {
  test("when one field has the value", () => {
    const line = { list: [{}, { map: { a: half } }] };
    throwsCode(() => all.pack(All.create(line)), "VALUE_INVALID", 'list[1].map.a is "Bob \\ud83d"');
    throwsCode(() => all.pack(All.create({ map: { [half]: "" } })), "VALUE_INVALID", "map's key is");
  });
  test("but not when several have it, since it can't tell them apart", () => {
    throwsCode(() => all.pack(All.create({ real: 1.5, int32: 1.5 })), "VALUE_INVALID", "a field is 1.5");
  });
});

const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;
const mostUnsigned = 2n ** 64n - 1n;
const signed = ["int64", "sint64", "sfixed64"];
const unsigned = ["uint64", "fixed64"];

describe("a 64-bit field", () => {
  for (const field of [...signed, ...unsigned]) {
    const whole = signed.includes(field) ? [least, most, -5n, -1n] : [mostUnsigned, 2n ** 63n];
    test(`${field} takes a bigint, as itself and in a list`, () => {
      for (const value of [5n, 2n ** 32n, 2n ** 53n + 1n, ...whole]) {
        assert.equal(roundTrip({ [field]: value })[field], value);
        assert.deepEqual(roundTrip({ [`${field}s`]: [0n, value] })[`${field}s`], [0n, value]);
      }
    });
    test(`${field} takes a number up to 2^53, text and protobufjs's Long`, () => {
      for (const value of [5, Number.MAX_SAFE_INTEGER, "5", String(2n ** 53n + 1n)]) {
        assert.equal(roundTrip({ [field]: value })[field], BigInt(value));
      }
      assert.equal(roundTrip({ [field]: { low: 7, high: 1, unsigned: false } })[field], 2n ** 32n + 7n);
    });
    test(`${field} refuses what it can't hold`, () => {
      const beyond = signed.includes(field) ? [most + 1n, least - 1n] : [-1n, -1, "-1", mostUnsigned + 1n];
      for (const value of [2 ** 53, 2 ** 64, 1.5, Number.NaN, "five", "", "0x5", "1".repeat(21), true, ...beyond]) {
        throwsCode(() => all.pack(All.create({ [field]: value })), "VALUE_INVALID");
        throwsCode(() => all.pack(All.create({ [`${field}s`]: [1, value] })), "VALUE_INVALID");
      }
      throwsCode(() => all.pack(All.create({ [`${field}s`]: [{}] })), "VALUE_INVALID");
    });
  }
  test("takes a bigint in a oneof and in a list that is not packed", () => {
    const fields = { right: 5n, unpacked: [1n, most] };
    assert.deepEqual(roundTrip(fields), fields);
  });
});

describe("other fields refuse what they can't hold", () => {
  const refused: [string, readonly unknown[]][] = [
    ["text", [5, {}, true, 5n]],
    ["raw", ["no base64!", [256], ["a"]]],
    ["yes", [1, "no", {}]],
    ["kind", ["BIG", 1.5, 2 ** 31]],
    ["small", [1e300, "1", 1n]],
    ["real", ["1", 1n, true]],
    ...["int32", "sint32", "sfixed32"].map((name): [string, unknown[]] => [
      name,
      [2 ** 31, -(2 ** 31) - 1, 1.5, Number.NaN, "five", "05", "", 5n, true, Symbol("5")],
    ]),
    ...["uint32", "fixed32"].map((name): [string, unknown[]] => [name, [-1, 2 ** 32, 1.5, "-1", 5n, true]]),
  ];
  for (const [field, values] of refused) {
    test(field, () => {
      for (const value of values) {
        throwsCode(() => all.pack(All.create({ [field]: value })), "VALUE_INVALID");
        throwsCode(() => all.pack(All.create({ [`${field}s`]: [value] })), "VALUE_INVALID");
      }
    });
  }
});

test("whatever fits comes back as it was", () => {
  const fields = {
    text: "häé\0",
    raw: Buffer.of(0, 255),
    yes: true,
    kind: 2,
    small: 0.5,
    real: Number.NaN,
    int32: -(2 ** 31),
    sint32: 2 ** 31 - 1,
    sfixed32: -1,
    uint32: 2 ** 32 - 1,
    fixed32: 2 ** 32 - 1,
    yess: [true, false],
    kinds: [0, 2, 7],
    smalls: [0.5, Number.POSITIVE_INFINITY],
    reals: [1e300],
    int32s: [-1, 0, 5],
    uint32s: [0, 2 ** 32 - 1],
    byInt: { 5: "a", [-5]: "b" },
    byBool: { true: "a", false: "b" },
    byLong: { 5: "a" },
  };
  assert.deepEqual(roundTrip(fields), { ...fields, byLong: roundTrip({ byLong: fields.byLong }).byLong });
  assert.deepEqual(Object.values(roundTrip({ byLong: fields.byLong }).byLong as object), ["a"]);
  assert.deepEqual(roundTrip({ raw: "AP8=", raws: [[0, 255]] }), { raw: Buffer.of(0, 255), raws: [Buffer.of(0, 255)] });
});

test("the bytes are those that protobufjs makes", () => {
  const fields = {
    text: `${long}😀`,
    list: [{ int64s: [1, -1, 2 ** 40] }, { texts: ["a".repeat(200), ""] }],
    map: { a: "b" },
  };
  assert.deepEqual(all.pack(All.create(fields)).value, All.encode(All.create(fields)).finish());
});

test("the writer that protobufjs has where there is no Buffer checks as well", () => {
  const browser = typeOf({
    fullName: "checked.Browser",
    encode: (message, writer = new protobufjs.Writer()) => All.encode(message, writer),
    decode: (bytes: Uint8Array) => All.decode(bytes),
    create: (fields) => All.create(fields),
  });
  const fields = { text: `${long}😀`, int64: 5n, list: [{ int32s: [1], texts: ["a"] }] };
  assert.deepEqual(Buffer.from(browser.serialize(All.create(fields))), Buffer.from(all.serialize(All.create(fields))));
  for (const wrong of [{ text: half }, { list: [{ texts: [half] }] }, { int64s: [2 ** 53] }]) {
    throwsCode(() => browser.pack(All.create(wrong)), "VALUE_INVALID");
  }
});

test("a codec that is not protobufjs's encodes as it does", () => {
  const own = typeOf({
    fullName: "checked.Own",
    encode: () => ({ finish: () => Uint8Array.of(1, 2) }),
    decode: () => ({}),
    create: () => ({}),
  });
  assert.deepEqual(own.pack({ text: half }).value, Uint8Array.of(1, 2));
});
