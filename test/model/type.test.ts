import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { custom, Type, TypedValue, Types } from "../../src/index.js";
import { type TypeLike, typeOf } from "../../src/types/protobuf.js";
import { throwsCode } from "../support/expect-code.js";

const text = custom<string>(
  "example/text",
  (value) => Buffer.from(value),
  (bytes) => Buffer.from(bytes).toString(),
);

test("a type packs a value with its typename and unpacks it", () => {
  const packed = text.pack("hi");
  assert.equal(packed.typename, "example/text");
  assert.deepEqual(Buffer.from(packed.value), Buffer.from("hi"));
  assert.equal(text.unpack(packed), "hi");
});

test("a type of a bad typename is TYPE_NAME_INVALID", () => {
  throwsCode(() => custom("text", Buffer.from, String), "TYPE_NAME_INVALID", "text");
});

test("unpacking a value of another type is VALUE_UNREADABLE and names both", () => {
  const other = new TypedValue("example/other", Buffer.from("hi"));
  throwsCode(() => text.unpack(other), "VALUE_UNREADABLE", "example/text", "example/other");
});

test("a packed value tells which type it is of", () => {
  const packed = text.pack("hi");
  assert.equal(packed.is(text), true);
  assert.equal(packed.is(Types.string), false);
  assert.equal(packed.is(example.User), false);
  assert.equal(packed.as(text), "hi");
  throwsCode(() => packed.as(Types.string), "VALUE_UNREADABLE", "example/text");
});

test("a packed message is read by its class", () => {
  const packed = typeOf(example.User).pack(example.User.create({ name: "Seth" }));
  assert.equal(packed.is(example.User), true);
  assert.equal(packed.is(example.Admin), false);
  assert.equal(packed.as(example.User).name, "Seth");
});

test("a packed message is read by its class under any prefix of its type URL", () => {
  const { value } = typeOf(example.User).pack(example.User.create({ name: "Seth" }));
  const packed = new TypedValue("types.example.com/example.User", value);
  assert.equal(packed.is(example.User), true);
  assert.equal(packed.as(example.User).name, "Seth");
  throwsCode(() => packed.as(example.Admin), "VALUE_UNREADABLE", "example.Admin", "types.example.com");
});

test("a packed message whose bytes are broken is VALUE_UNREADABLE to its class", () => {
  const packed = new TypedValue("type.googleapis.com/example.User", Buffer.from([0x0a, 9]));
  throwsCode(() => packed.as(example.User), "VALUE_UNREADABLE", "example.User");
});

test("asking for something that is no type is TYPE_UNKNOWN", () => {
  const packed = text.pack("hi");
  for (const like of [undefined, null, 5, "example/text", {}, class Plain {}, () => 1]) {
    throwsCode(() => packed.is(like as unknown as TypeLike), "TYPE_UNKNOWN");
    throwsCode(() => packed.as(like as unknown as TypeLike), "TYPE_UNKNOWN");
  }
});

test("TYPE_UNKNOWN names the class", () => {
  class Basket {}
  throwsCode(() => typeOf(Basket as unknown as TypeLike), "TYPE_UNKNOWN", "Basket");
});

test("a primitive has a v2 form that is read as well", () => {
  const packed = Types.int.pack(7);
  const v2 = packed.toV2();
  assert.equal(packed.typename, "io.statefun.types/int");
  assert.equal(v2.typename, "type.googleapis.com/google.protobuf.Int32Value");
  assert.equal(v2.is(Types.int), true);
  assert.equal(v2.as(Types.int), 7);
  assert.equal(Types.int.unpack(v2), 7);
});

test("a value without a v2 form is the same on v2", () => {
  const packed = text.pack("hi");
  assert.equal(packed.toV2(), packed);
  const bare = new TypedValue("example/text");
  assert.equal(bare.toV2(), bare);
});

test("a typed value without bytes has none", () => {
  assert.equal(new TypedValue("example/text").value.length, 0);
});

test("users can make types by extending Type", () => {
  class Upper extends Type<string> {
    constructor() {
      super("example/upper");
    }
    serialize(value: string) {
      return Buffer.from(value.toUpperCase());
    }
    deserialize(bytes: Uint8Array) {
      return Buffer.from(bytes).toString();
    }
  }
  const upper = new Upper();
  assert.equal(upper.unpack(upper.pack("hi")), "HI");
  assert.equal(typeOf(upper), upper);
});
