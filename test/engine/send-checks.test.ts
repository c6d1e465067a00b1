// What the engine refuses of what a function sends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DelayedMessage } from "../../src/engine/message.js";
import { assertEgress, assertServed, assertTokenFree } from "../../src/engine/send-checks.js";
import { Address } from "../../src/model/address.js";
import { Refusal } from "../../src/model/invocation.js";
import { throwsCode } from "../support/expect-code.js";
import { at } from "./functions.js";
import { Parts, packed } from "./parts.js";

function setUp() {
  const parts = new Parts({ functions: { f: () => {} } });
  parts.outboxes.declare("out/all");
  const known = parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  return { parts, known };
}

test("a message to a function that is served, or to a client, may be sent", () => {
  const { parts, known } = setUp();
  assertServed(known, at("f/b"), parts.functions);
  assertServed(known, new Address("statefun.client", "call", "gone"), parts.functions);
  throwsCode(() => assertServed(known, at("gone/b"), parts.functions), "FUNCTION_UNKNOWN", "test/f", "test/gone/b");
});

test("a record may be sent to an egress that is declared", () => {
  const { parts, known } = setUp();
  assert.equal(assertEgress(known, "out/all", parts.outboxes).egress, "out/all");
  throwsCode(() => assertEgress(known, "out/gone", parts.outboxes), "EGRESS_UNKNOWN", "out/gone", "out/all");
});

test("a token is taken while a message of the same id waits under it", () => {
  const { parts } = setUp();
  parts.delayed.add(new DelayedMessage(at("f/b"), at("f/a"), packed("later"), 1000, "token"));
  throwsCode(() => assertTokenFree(at("g/a"), "token", parts.delayed), "TOKEN_INVALID", "token");
  assertTokenFree(at("f/b"), "token", parts.delayed);
});

test("a refusal is the engine's, whatever it says", () => {
  const { parts, known } = setUp();
  assert.throws(() => assertServed(known, at("gone/b"), parts.functions), Refusal);
});
