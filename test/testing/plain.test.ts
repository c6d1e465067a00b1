// Values as a test sees them.

import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import { json, kafkaRecord, kinesisRecord, TypedValue, Types } from "../../src/index.js";
import { typeNamed } from "../../src/model/type.js";
import { plain, plainOf } from "../../src/testing/plain.js";

const { root } = protobuf.parse(`
  syntax = "proto3";
  package plain;
  enum Colour { RED = 0; BLUE = 1; }
  message Inner { int32 a = 1; }
  message Outer {
    string text = 1;
    int64 large = 2;
    uint64 unsigned = 3;
    bytes raw = 4;
    Colour colour = 5;
    Inner inner = 6;
    repeated Inner list = 7;
    map<string, int64> byName = 8;
    optional int32 maybe = 9;
  }`);
const Outer = root.lookupType("plain.Outer");

const shown = (fields: object) => plain(Outer.decode(Outer.encode(Outer.fromObject(fields)).finish()));

test("a protobuf message is an object of all its fields, whose messages that are not set are missing", () => {
  assert.deepEqual(shown({}), {
    text: "",
    large: 0n,
    unsigned: 0n,
    raw: new Uint8Array(0),
    colour: 0,
    list: [],
    byName: {},
  });
});

test("long numbers are bigints, bytes are bytes, and enums are numbers", () => {
  const fields = {
    text: "t",
    large: "-9007199254740993",
    unsigned: "18446744073709551615",
    raw: new Uint8Array([1, 2]),
    colour: "BLUE",
    inner: { a: 1 },
    list: [{ a: 2 }],
    byName: { x: 5 },
    maybe: 0,
  };
  assert.deepEqual(shown(fields), {
    text: "t",
    large: -9007199254740993n,
    unsigned: 18446744073709551615n,
    raw: new Uint8Array([1, 2]),
    colour: 1,
    inner: { a: 1 },
    list: [{ a: 2 }],
    byName: { x: 5n },
    maybe: 0,
  });
});

test("other values are as handlers have them", () => {
  const of = (value: TypedValue) => plainOf(value, typeNamed);
  assert.equal(of(Types.int.pack(5)), 5);
  assert.equal(of(Types.long.pack(5n)), 5n);
  assert.deepEqual(of(Types.bytes.pack(Buffer.from("a"))), new Uint8Array([97]));
  assert.deepEqual(of(json<object>("test/plain-json").pack({ a: [1] })), { a: [1] });
  assert.deepEqual(of(example.User.create({ name: "Ann" }) && Types.string.pack("Ann")), "Ann");
});

test("of a value whose type is not known, or does not read it, the typename and the bytes are shown", () => {
  const bytes = new Uint8Array([255]);
  const [unknown, broken] = [new TypedValue("test/unheard-of", bytes), new TypedValue(Types.string.typename, bytes)];
  assert.deepEqual(plainOf(unknown, typeNamed), { typename: "test/unheard-of", bytes });
  assert.deepEqual(plainOf(broken, typeNamed), { typename: Types.string.typename, bytes });
});

test("a record for Kafka or Kinesis is shown by its options, with its value as it was given", () => {
  const of = (value: TypedValue) => plainOf(value, typeNamed);
  assert.deepEqual(of(kafkaRecord({ topic: "t", value: "hi" })), { topic: "t", value: "hi" });
  assert.deepEqual(of(kafkaRecord({ topic: "t", key: "k", value: "hi", headers: { a: "b", c: null } })), {
    topic: "t",
    key: "k",
    value: "hi",
    headers: { a: "b", c: null },
  });
  const bytes = new Uint8Array([104, 105]);
  assert.deepEqual(of(kafkaRecord({ topic: "t", value: bytes })), { topic: "t", value: bytes });
  assert.deepEqual(of(kafkaRecord({ topic: "t", value: Types.int.pack(5) })), { topic: "t", value: 5 });
  assert.deepEqual(of(kinesisRecord({ stream: "s", partitionKey: "p", value: "", explicitHashKey: "1" })), {
    stream: "s",
    partitionKey: "p",
    value: "",
    explicitHashKey: "1",
  });
});
