import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { packValue, protobuf, TypedValue, Types } from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";
import { anyType } from "../support/reflection.js";

test("text, booleans, bigints and bytes name their type themselves", () => {
  assert.equal(packValue("hi").as(Types.string), "hi");
  assert.equal(packValue("").as(Types.string), "");
  assert.equal(packValue(false).as(Types.bool), false);
  assert.equal(packValue(5n).as(Types.long), 5n);
  assert.deepEqual(packValue(Uint8Array.of(1)).as(Types.bytes), Uint8Array.of(1));
  assert.deepEqual(packValue(Buffer.from("a")).as(Types.bytes), Uint8Array.of(97));
});

test("a message names its type by its class", () => {
  const packed = packValue(example.User.create({ name: "Seth" }));
  assert.equal(packed.typename, "type.googleapis.com/example.User");
  assert.equal(packed.as(example.User).name, "Seth");
});

test("a packed value stays as it is", () => {
  const packed = Types.int.pack(5);
  assert.equal(packValue(packed), packed);
});

test("a message of a subclass of a generated class names its type", () => {
  class Greeting extends example.Greeting {}
  const packed = packValue(new Greeting({ text: "hi" }));
  assert.equal(packed.typename, "type.googleapis.com/example.Greeting");
});

test("a google.protobuf.Any is already packed, under either name of its field", () => {
  const reflected = packValue(anyType.create({ type_url: "example/x", value: Buffer.from("v") }));
  assert.equal(reflected.typename, "example/x");
  assert.equal(Buffer.from(reflected.value).toString(), "v");

  class Any {
    static encode = example.User.encode;
    static decode = example.User.decode;
    static getTypeUrl = () => "type.googleapis.com/google.protobuf.Any";
    typeUrl = "example/y";
    value = Buffer.from("w");
  }
  const camel = packValue(new Any());
  assert.equal(camel.typename, "example/y");
  assert.equal(Buffer.from(camel.value).toString(), "w");
});

const untyped: [string, unknown][] = [
  ["a number", 5],
  ["NaN", Number.NaN],
  ["a plain object", { name: "Seth" }],
  ["an object without a prototype", Object.create(null)],
  ["a list", [1]],
  ["a Date", new Date(0)],
  ["a Map", new Map()],
  ["an ArrayBuffer", new ArrayBuffer(1)],
  ["undefined", undefined],
  ["null", null],
  ["a function", () => 1],
  ["a message class", example.User],
  ["a symbol", Symbol("x")],
  ["a promise", Promise.resolve("x")],
];
for (const [what, value] of untyped) {
  test(`${what} is VALUE_UNTYPED`, () => {
    throwsCode(() => packValue(value), "VALUE_UNTYPED");
  });
}

test("a bigint beyond 64 bits is VALUE_INVALID", () => {
  throwsCode(() => packValue(2n ** 64n), "VALUE_INVALID");
});

test("a typed value of another typename is not mistaken for a message's", () => {
  const packed = new TypedValue("example/x", Buffer.from("v"));
  assert.equal(packValue(packed), packed);
  assert.equal(packed.is(protobuf(example.User, "example/x")), true);
});

test("a value that another copy of this package has packed is refused with the cause", () => {
  class Packed {
    typename = "example/x";
    value = new Uint8Array(0);
  }
  throwsCode(() => packValue(new Packed()), "VALUE_UNTYPED", "two copies");
});
