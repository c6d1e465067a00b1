// A call in flight: its parts, and what a function in this process may ask while it runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FunctionCall } from "../../src/engine/function-call.js";
import { DelayedMessage } from "../../src/engine/message.js";
import { none } from "../../src/model/append.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { throwsCode } from "../support/expect-code.js";
import { at } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

function setUp() {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store, functions: { f: () => {} } });
  parts.outboxes.declare("out/all");
  const instance = parts.instances.wake(at("f/a"));
  const known = parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  const told: number[] = [];
  const call = new FunctionCall(
    { instance, known, size: 3, ended: () => {} },
    parts,
    ({ parts: waiting }) => told.push(waiting.length),
    () => {},
  );
  return { store, parts, call, told };
}

test("parts are kept in their order until they are applied", () => {
  const { call, told } = setUp();
  const effects = { mutations: none, messages: none, delayed: none, egresses: none };
  const [first, second] = [1, 2].map((consumed) => ({ consumed, effects, ends: none }));
  assert.ok(first !== undefined && second !== undefined);
  call.part(first);
  call.part(second);
  assert.deepEqual(
    [call.parts, told],
    [
      [first, second],
      [1, 2],
    ],
  );
});

test("what the engine would refuse is refused where it is sent", async () => {
  const { parts, call } = setUp();
  call.target(at("f/b"));
  call.egress("out", "all");
  call.token(at("f/a"), "free");
  throwsCode(() => call.target(at("gone/b")), "FUNCTION_UNKNOWN");
  throwsCode(() => call.egress("out", "gone"), "EGRESS_UNKNOWN");
  parts.delayed.add(new DelayedMessage(at("f/b"), at("f/a"), packed("later"), 1000, "taken"));
  throwsCode(() => call.token(at("f/a"), "taken"), "TOKEN_INVALID");
});

test("a token that can't be looked up is left to the check before the effects are applied", () => {
  const { store, call } = setUp();
  store.failReads = "STORE_FAILED";
  call.token(at("f/a"), "unknown");
});
