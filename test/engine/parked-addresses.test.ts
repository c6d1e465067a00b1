// The parked addresses: what parking stores, whom it tells, and what ends it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parkedError } from "../../src/engine/parked-addresses.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { at } from "./functions.js";
import { Parts } from "./parts.js";

const parking = { since: 5, code: "HANDLER_FAILED", reason: "a secret", attempts: 3 };

test("a parked address may not be called, and is counted once however often it is parked", () => {
  const { instances, parked } = new Parts();
  const instance = instances.wake(at("f/a"));
  parked.park(instance, parking);
  parked.park(instance, { ...parking, reason: "another" });
  assert.equal(instance.callable, false);
  assert.equal(instance.parking?.reason, "another");
  assert.equal(parked.count, 1);
  parked.unpark(instance);
  assert.deepEqual([instance.callable, parked.count], [true, 0]);
  parked.unpark(instance);
  assert.equal(parked.count, 0);
});

test("an address is parked after a crash once that is durable, and no longer once its end is", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const instance = parts.instances.wake(at("f/a"));
  const found = async () => {
    const after = new Parts({ store: store.crash() });
    await after.parked.open();
    const found = after.parked.parkingOf(at("f/a"));
    assert.equal(after.parked.count, found === undefined ? 0 : 1);
    return found;
  };
  parts.parked.park(instance, parking);
  assert.equal(await found(), undefined);
  await parts.commit.durable();
  assert.deepEqual(await found(), parking);
  parts.parked.unpark(instance);
  assert.deepEqual(await found(), parking);
  await parts.commit.durable();
  assert.equal(await found(), undefined);
});

test("to park ends the wait for a retry; to unpark lets the attempts count anew", async () => {
  const { instances, parked, clock } = new Parts();
  const instance = instances.wake(at("f/a"));
  instance.attempts = 3;
  instance.awaitRetry(
    clock.after(1000, () => assert.fail("the timer went off")),
    1000,
  );
  parked.park(instance, parking);
  await clock.advance(2000);
  parked.unpark(instance);
  assert.deepEqual([instance.attempts, instance.callable], [0, true]);
});

test("to unpark an address that only waits for a retry ends the wait", async () => {
  const { instances, parked, clock } = new Parts();
  const instance = instances.wake(at("f/a"));
  instance.awaitRetry(
    clock.after(1000, () => assert.fail("the timer went off")),
    1000,
  );
  parked.unpark(instance);
  assert.equal(instance.callable, true);
  await clock.advance(2000);
});

test("callers whose messages wait there get the error, whether in memory or in the store, and no others do", async () => {
  const parts = new Parts({ functions: { f: () => {} } });
  const { calls, instances } = parts;
  const wait = (to: string, value: string) => {
    const caller = calls.callerAddress(undefined);
    parts.deliver(to, value, caller);
    return calls.wait(caller, at(to), instances.peek(at(to))?.mailbox.lastKey).answer;
  };
  const first = wait("f/a", "x".repeat(1024 * 1024));
  const behind = wait("f/a", "in the store alone");
  const other = wait("f/b", "x");
  const { mailbox } = instances.wake(at("f/a"));
  assert.ok(mailbox.hasRest);
  const told = [first, behind].map((answer) => rejectsCode(answer, "ADDRESS_PARKED", "test/f/a"));
  parts.parked.park(instances.wake(at("f/a")), parking);
  await Promise.all(told);
  assert.equal(calls.count, 1);
  other.catch(() => {});
});

test("callers learn the code and not the reason", () => {
  const { code, message } = parkedError(at("f/a"), parking);
  assert.equal(code, "ADDRESS_PARKED");
  assert.ok(message.includes(parking.code) && !message.includes(parking.reason));
});
