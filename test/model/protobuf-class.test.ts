// Which values stand for a protobuf type, and what is said about those that do not.

import { test } from "node:test";
import { Handles, protobuf, State, StatefulFunctions, TypedValue, Types } from "../../src/index.js";
import { typeOf } from "../../src/types/protobuf.js";
import { throwsCode } from "../support/expect-code.js";

/** A schema of zod 4: it encodes and decodes, but not as protobufjs does. */
const schema: any = {
  "~standard": { version: 1, vendor: "zod", validate: (value: unknown) => ({ value }) },
  encode: (value: unknown) => value,
  decode: (value: unknown) => value,
};
const callable = Object.assign(() => {}, schema);
/** A type of another copy of this package. */
const foreign: any = { typename: "a/b", serialize() {}, deserialize() {}, pack() {}, unpack() {} };

const register = (state: any) => new StatefulFunctions().register("a/b", () => {}, { state });
const places: [string, (type: any) => unknown][] = [
  ["typeOf", typeOf],
  [
    "@Handles",
    (type) => {
      class Greeter {
        @Handles(type)
        greet() {}
      }
      return Greeter;
    },
  ],
  ["@State", (type) => State("user", type)],
  ["register's handles", (type) => new StatefulFunctions().register("a/b", () => {}, { handles: [type] })],
  ["register's state", (type) => register({ user: type })],
  ["the type of register's state", (type) => register({ user: { type } })],
];

for (const [place, use] of places) {
  test(`${place}: a schema is no type, and the error says how it becomes one`, () => {
    for (const value of [schema, callable]) throwsCode(() => use(value), "TYPE_UNKNOWN", "json(", "schema");
  });
  test(`${place}: a type of another copy of this package is refused with the cause`, () => {
    throwsCode(() => use(foreign), "TYPE_UNKNOWN", "two copies");
  });
}

test("protobuf and a packed value refuse a schema in the same way", () => {
  throwsCode(() => protobuf(schema, "a/b"), "TYPE_UNKNOWN", "json(");
  throwsCode(() => new TypedValue("a/b").as(schema), "TYPE_UNKNOWN", "json(");
  throwsCode(() => Types.int.pack(1).is(schema), "TYPE_UNKNOWN", "json(");
});
