// One address that is awake: when it may be called, and when it may be forgotten.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Call } from "../../src/engine/call.js";
import { at } from "./functions.js";
import { message, Parts } from "./parts.js";

function setUp() {
  const parts = new Parts({ functions: { f: () => {} } });
  return { parts, instance: parts.instances.wake(at("f/a")) };
}

const parking = { since: 0, code: "ADDRESS_PARKED", reason: "test", attempts: 0 };

test("a new instance may be called, and may be forgotten", () => {
  const { instance } = setUp();
  assert.deepEqual([instance.callable, instance.idle], [true, true]);
});

test("an instance that is parked may not be called, and may be forgotten: the store knows that it is parked", () => {
  const { instance } = setUp();
  instance.parking = parking;
  instance.mailbox.push(message("x"));
  assert.deepEqual([instance.callable, instance.idle], [false, true]);
  instance.mailbox.push(message("x".repeat(100_000)));
  assert.equal(instance.idle, false, "a long mailbox is remembered, because it takes no more");
});

test("an instance that is held may be neither called nor forgotten", () => {
  const { instance } = setUp();
  instance.held += 1;
  assert.deepEqual([instance.callable, instance.idle], [false, false]);
  instance.held -= 1;
  assert.deepEqual([instance.callable, instance.idle], [true, true]);
});

test("an instance that has a message or a call in flight may be called, and must not be forgotten", () => {
  const { instance } = setUp();
  instance.mailbox.push(message("x"));
  assert.deepEqual([instance.callable, instance.idle], [true, false]);
  instance.mailbox.consume();
  instance.call = new Call(1, () => {});
  assert.equal(instance.idle, false);
});

test("a wait for a retry lets no call begin until it is ended, which cancels its timer", async () => {
  const { parts, instance } = setUp();
  let rang = false;
  instance.awaitRetry(
    parts.clock.after(10, () => {
      rang = true;
    }),
    10,
  );
  assert.deepEqual([instance.callable, instance.idle, instance.retryAt], [false, false, 10]);
  instance.endRetryWait();
  assert.deepEqual([instance.callable, instance.retryAt], [true, undefined]);
  await parts.clock.advance(100);
  assert.equal(rang, false);
});

test("a waiter for the end of the call is called back once, unless its wait was ended before", () => {
  const { instance } = setUp();
  const ended: string[] = [];
  instance.onCallEnded(() => ended.push("first"));
  const ignore = instance.onCallEnded(() => ended.push("ignored"));
  instance.onCallEnded(() => ended.push("last"));
  ignore();
  instance.callEnded();
  instance.callEnded();
  assert.deepEqual(ended, ["first", "last"]);
});

test("what waits for a function that nothing serves may be forgotten: the store keeps it", () => {
  const { parts } = setUp();
  const instance = parts.instances.wake(at("gone/a"));
  assert.equal(instance.function, undefined);
  instance.mailbox.push(message("x"));
  assert.equal(instance.idle, true);
});
