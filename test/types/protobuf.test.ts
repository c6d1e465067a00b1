import assert from "node:assert/strict";
import { test } from "node:test";
import protobufjs from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import { packValue, protobuf, Types } from "../../src/index.js";
import type { MessageClass } from "../../src/model/protobuf-class.js";
import { typeOf } from "../../src/types/protobuf.js";
import { throwsCode } from "../support/expect-code.js";

const { root } = protobufjs.parse(`
  syntax = "proto3";
  package shop.v1;
  message Order {
    string item = 1;
    int32 count = 2;
    int64 cents = 3;
    repeated string tags = 4;
    map<string, int32> stock = 5;
    message Line { string sku = 1; }
    Line line = 6;
    bytes blob = 7;
  }
`);
const Order = root.lookupType("shop.v1.Order");

test("a generated class's typename is type.googleapis.com and its full name", () => {
  assert.equal(typeOf(example.User).typename, "type.googleapis.com/example.User");
});

test("a generated class makes the bytes that protobufjs makes", () => {
  const user = example.User.create({ userId: "u1", name: "Seth" });
  assert.deepEqual(typeOf(example.User).serialize(user), example.User.encode(user).finish());
});

test("a generated class round-trips, and reads into its own class", () => {
  const type = typeOf(example.Admin);
  const read = type.deserialize(type.serialize(example.Admin.create({ name: "Root", level: -3 })));
  assert.ok(read instanceof example.Admin);
  assert.deepEqual({ name: read.name, level: read.level }, { name: "Root", level: -3 });
});

test("a reflected type and its constructor have the same typename", () => {
  assert.equal(typeOf(Order).typename, "type.googleapis.com/shop.v1.Order");
  assert.equal(typeOf(Order.ctor as unknown as MessageClass).typename, "type.googleapis.com/shop.v1.Order");
  const Line = Order.lookupType("Line");
  assert.equal(typeOf(Line).typename, "type.googleapis.com/shop.v1.Order.Line");
});

test("a reflected type round-trips nested, repeated and map fields", () => {
  const properties = { item: "tea", count: 2, tags: ["a", "b"], stock: { x: 1 }, line: { sku: "s" } };
  const type = typeOf(Order);
  const read = type.deserialize(type.serialize(Order.create(properties)));
  assert.deepEqual(Order.toObject(read), properties);
});

test("a message made by a reflected type packs itself", () => {
  const message = Order.create({ item: "tea" });
  const packed = packValue(message);
  assert.equal(packed.typename, "type.googleapis.com/shop.v1.Order");
  assert.equal(packed.as(Order).item, "tea");
});

test("a message decorated with protobufjs's @Field.d packs itself and is read by its class", () => {
  class Pet extends protobufjs.Message<Pet> {
    declare name: string;
    declare legs: number;
  }
  // What protobufjs's decorators do, called by hand: they are of the legacy dialect.
  protobufjs.Field.d(1, "string")(Pet.prototype, "name");
  protobufjs.Field.d(2, "int32")(Pet.prototype, "legs");
  protobufjs.Type.d("Pet")(Pet);
  const type = typeOf(Pet as unknown as MessageClass<Pet>);
  assert.match(type.typename, /^type\.googleapis\.com\/(.+\.)?Pet$/);
  const packed = packValue(new Pet({ name: "Rex", legs: 4 }));
  assert.equal(packed.typename, type.typename);
  const read = type.unpack(packed);
  assert.ok(read instanceof Pet);
  assert.equal(read.legs, 4);
});

test("a class can have a typename of one's own", () => {
  const user = protobuf(example.User, "com.example/user");
  assert.equal(user.typename, "com.example/user");
  const packed = user.pack(example.User.create({ name: "Seth" }));
  assert.equal(packed.typename, "com.example/user");
  assert.equal(packed.is(user), true);
  assert.equal(packed.is(example.User), false);
  assert.equal(packed.as(user).name, "Seth");
  throwsCode(() => protobuf(example.User, "user"), "TYPE_NAME_INVALID", "user");
});

test("a class that does not say its full name is TYPE_UNKNOWN unless a typename is given", () => {
  class Bare {
    static encode = example.User.encode;
    static decode = example.User.decode;
    name = "";
  }
  throwsCode(() => typeOf(Bare), "TYPE_UNKNOWN", "Bare");
  assert.equal(protobuf(Bare, "example/bare").typename, "example/bare");
});

test("one class has one type", () => {
  assert.equal(typeOf(example.User), typeOf(example.User));
});

test("packing what is no message is VALUE_INVALID", () => {
  const type = typeOf(example.User);
  for (const value of [undefined, null, 5, "Seth", true, 5n]) {
    throwsCode(() => type.pack(value), "VALUE_INVALID", "example.User");
  }
});

test("packing a message with a field that can't be encoded is VALUE_INVALID", () => {
  throwsCode(() => typeOf(Order).pack({ line: 5n, tags: { length: 1 } }), "VALUE_INVALID", "shop.v1.Order");
});

test("truncated bytes are VALUE_UNREADABLE at every length that is not a whole message", () => {
  const type = typeOf(example.User);
  const bytes = type.serialize(example.User.create({ userId: "u1", name: "Seth" }));
  const whole = new Set([0, 4, bytes.length]); // between fields, what is there is a message
  for (let length = 0; length <= bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    if (whole.has(length)) type.deserialize(cut);
    else throwsCode(() => type.deserialize(cut), "VALUE_UNREADABLE", "example.User");
  }
});

test("unknown fields are skipped", () => {
  const bytes = Buffer.concat([Types.string.serialize("u1"), Buffer.from([0xf8, 0x07, 5])]);
  assert.equal(typeOf(example.User).deserialize(bytes).userId, "u1");
});
