import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTypeName } from "../../src/model/type-name.js";
import { throwsCode } from "../support/expect-code.js";

test("a type name is split at its last slash", () => {
  assert.deepEqual(parseTypeName("example/hello"), { namespace: "example", name: "hello" });
  assert.deepEqual(parseTypeName("org.example/team/hello"), { namespace: "org.example/team", name: "hello" });
  assert.deepEqual(parseTypeName("a//b"), { namespace: "a/", name: "b" });
});

test("dots, digits, capitals and other scripts are kept as they are", () => {
  assert.deepEqual(parseTypeName("Org.Example.v2/Greeter-1_é字"), {
    namespace: "Org.Example.v2",
    name: "Greeter-1_é字",
  });
});

const invalid: [string, unknown][] = [
  ["an empty text", ""],
  ["no slash", "hello"],
  ["an empty namespace", "/hello"],
  ["an empty name", "example/"],
  ["only a slash", "/"],
  ["undefined", undefined],
  ["null", null],
  ["a number", 5],
  ["an object", {}],
  ["a symbol", Symbol("example/hello")],
];
for (const [what, text] of invalid) {
  test(`${what} is TYPE_NAME_INVALID`, () => {
    throwsCode(() => parseTypeName(text as string), "TYPE_NAME_INVALID");
  });
}

test("the error shows the text that was given", () => {
  throwsCode(() => parseTypeName("no-slash-here"), "TYPE_NAME_INVALID", "no-slash-here");
});

test("an object without a prototype is TYPE_NAME_INVALID too", () => {
  throwsCode(() => parseTypeName(Object.create(null)), "TYPE_NAME_INVALID");
});
