import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";

test("an address is made of a type name and an id", () => {
  const address = Address.of("org.example/team/hello", "seth");
  assert.equal(address.namespace, "org.example/team");
  assert.equal(address.name, "hello");
  assert.equal(address.id, "seth");
  assert.equal(address.typeName, "org.example/team/hello");
});

test("an id may hold slashes, spaces and any other text", () => {
  assert.equal(Address.of("example/hello", "a/b c/😀").id, "a/b c/😀");
});

test("an address of a bad type name is TYPE_NAME_INVALID", () => {
  throwsCode(() => Address.of("hello", "seth"), "TYPE_NAME_INVALID", "hello");
});

test("addresses are equal when type name and id are", () => {
  const address = Address.of("example/hello", "seth");
  assert.equal(address.equals(new Address("example", "hello", "seth")), true);
  assert.equal(address.equals(new Address("example", "hello", "Seth")), false);
  assert.equal(address.equals(new Address("example", "bye", "seth")), false);
  assert.equal(address.equals(new Address("other", "hello", "seth")), false);
  assert.equal(address.equals(undefined), false);
});

test("an address reads as type name and id", () => {
  assert.equal(String(Address.of("example/hello", "seth")), "example/hello/seth");
});
