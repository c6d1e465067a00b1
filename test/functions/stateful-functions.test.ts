// What a runtime in the same process can learn of functions: what they take, and the types behind typenames.

import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import {
  custom,
  Handles,
  json,
  packValue,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "../../src/index.js";

const { User, Admin, Greeting } = example;
const Cart = json<string[]>("introspection/cart");

class Base {
  @Handles(Admin)
  promote(_admin: example.Admin) {}
}

@StatefulFunction("example/declaring")
class Declaring extends Base {
  @State("cart", Cart) cart: string[] = [];
  @State("seen", Types.long) seen = 0n;

  @Handles(User, Types.int)
  greet(_message: example.User | number) {}

  @Handles()
  other() {}
}

const functions = new StatefulFunctions(Declaring);
functions.register("example/any", () => {});
functions.register("example/plain", function receive() {}, { handles: [Types.string] });
functions.register("example/nameless", (() => () => {})(), { handles: [Cart] });

const handledBy = (typeName: string) =>
  functions.get(typeName)?.handled.map(({ type, name }) => `${name}: ${type.typename}`);

test("a function's declared types are listed in order with their methods, catch-alls left out", () => {
  assert.deepEqual(handledBy("example/declaring"), [
    "promote: type.googleapis.com/example.Admin",
    "greet: type.googleapis.com/example.User",
    "greet: io.statefun.types/int",
  ]);
  assert.deepEqual(handledBy("example/any"), []);
  assert.deepEqual(handledBy("example/plain"), ["receive: io.statefun.types/string"]);
  assert.deepEqual(handledBy("example/nameless"), ["handler: introspection/cart"]);
});

test("a type is found by the typename under which a function takes or keeps it, in both generations", () => {
  assert.equal(functions.findType("introspection/cart"), Cart);
  assert.equal(functions.findType("io.statefun.types/long"), Types.long);
  assert.equal(functions.findType("type.googleapis.com/google.protobuf.Int64Value"), Types.long);
  const user = functions.findType("type.googleapis.com/example.User");
  assert.deepEqual(user?.unpack(packValue(User.create({ name: "Bob" }))), User.create({ name: "Bob" }));
});

test("a type is found once a value of it was packed, or when it was made in this process", () => {
  const { root } = protobuf.parse('syntax = "proto3"; package introspection; message Sent { string text = 1; }');
  class Sent extends protobuf.Message<Sent> {}
  root.lookupType("introspection.Sent").ctor = Sent;
  const typename = "type.googleapis.com/introspection.Sent";
  assert.equal(functions.findType(typename), undefined);
  const packed = packValue(Sent.create({ text: "hi" }));
  assert.deepEqual(functions.findType(typename)?.toJson(functions.findType(typename)?.unpack(packed)), { text: "hi" });
  packValue(Greeting.create({}));
  assert.notEqual(functions.findType("type.googleapis.com/example.Greeting"), undefined);
  const made = json("introspection/made");
  assert.equal(functions.findType("introspection/made"), made);
  assert.notEqual(functions.findType("statefun.types/json"), undefined);
  assert.equal(functions.findType("introspection/never-made"), undefined);
});

test("of two types with one name the functions' own is found", () => {
  const other = custom<string[]>(
    "introspection/cart",
    () => Buffer.of(),
    () => [],
  );
  assert.equal(functions.findType("introspection/cart"), Cart);
  assert.equal(new StatefulFunctions().findType("introspection/cart"), other);
});
