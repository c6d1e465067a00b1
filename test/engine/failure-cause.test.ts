// What two failures have in common so that they count as one cause.

import assert from "node:assert/strict";
import { test } from "node:test";
import { causeOf, firstLineOf } from "../../src/engine/failure-cause.js";
import { Address } from "../../src/model/address.js";

const at = (id: string, name = "payments") => new Address("shop", name, id);
const reason = (message: string, id = "bob") => causeOf(at(id), "HANDLER_FAILED", message).reason;

test("the address, its id, numbers and other ids are replaced", () => {
  assert.equal(
    reason("shop/payments/bob, message 2 of 17 (a/b): 4.50 too much"),
    "<address>, message <n> of <n> (a/b): <n> too much",
  );
  assert.equal(reason("bob has no account, and bobby has"), "<id> has no account, and bobby has");
  assert.equal(reason("order 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is late"), "order <id> is late");
  assert.equal(reason("hash deadbeef12 of facade"), "hash <id> of facade");
  assert.equal(reason("session Xk29-abcdefghijklmnop_1 has ended"), "session <id> has ended");
  assert.equal(
    reason("order-17 took 12ms at 2026-01-31T12:00:00.000Z"),
    "order-<n> took <n>ms at <n>-<n>-<n>T<n>:<n>:<n>Z",
  );
  assert.equal(reason("a.c of a+c", "a+c"), "a.c of <id>");
  assert.equal(reason("no id", ""), "no id");
});

test("only the first line counts, and of that a bounded part", () => {
  assert.equal(reason("first\nsecond 1"), "first");
  assert.equal(firstLineOf("x".repeat(5000)).length, 1000);
  assert.equal(firstLineOf(""), "");
});

test("long messages of one cause have one reason, however long their ids are", () => {
  const long = (id: string) => reason(`shop/payments/${id}: ${"no answer ".repeat(200)}`, id);
  assert.equal(long("a"), long("customer-of-a-very-long-name"));
  assert.equal(long("a").length, 500);
});

test("a fingerprint is that of the function, the code and the reason, and always the same", () => {
  const { fingerprint } = causeOf(at("bob"), "HANDLER_FAILED", "bob failed 1 time");
  assert.equal(fingerprint, "MWysHP0Wmq7PEFqF");
  assert.equal(causeOf(at("eve"), "HANDLER_FAILED", "eve failed 2 time").fingerprint, fingerprint);
  assert.notEqual(causeOf(at("bob"), "CALL_TIMEOUT", "bob failed 1 time").fingerprint, fingerprint);
  assert.notEqual(causeOf(at("bob", "orders"), "HANDLER_FAILED", "bob failed 1 time").fingerprint, fingerprint);
  assert.notEqual(causeOf(at("bob"), "HANDLER_FAILED", "bob failed 1 times").fingerprint, fingerprint);
});
