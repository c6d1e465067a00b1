// Calls that wait for their answer: who gets it, when, and how a wait ends without one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefunError } from "../../src/errors.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { at, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const target = at("f/a");
const error = new StatefunError("ADDRESS_PARKED", "for the test");

/** What a promise has come to so far. */
function watch<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const seen: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (thrown) => {
      seen.error = thrown;
    },
  );
  return seen;
}

test("callers have addresses of their own, of this start; the same key has the same address", () => {
  const { calls } = new Parts();
  const one = calls.callerAddress(undefined);
  assert.notEqual(one.id, calls.callerAddress(undefined).id);
  assert.notEqual(one.id, new Parts().calls.callerAddress(undefined).id);
  assert.equal(calls.callerAddress("key").id, new Parts().calls.callerAddress("key").id);
});

test("an answer reaches its caller when it is durable, and not before", async () => {
  const store = new ForgetfulStore();
  const { calls, commit, counters } = new Parts({ store });
  const caller = calls.callerAddress(undefined);
  const { answer } = calls.wait(caller, target, undefined);
  assert.equal(calls.count, 1);
  const seen = watch(answer);
  commit.put("state", new Uint8Array(1));
  calls.answer(caller, packed("answer"));
  await store.untilHeld(1);
  assert.equal(seen.value, undefined);
  store.sync();
  assert.equal(textOf(await answer), "answer");
  assert.deepEqual([calls.count, counters.callsAnswered], [0, 1]);
});

test("a caller whose remembered answer can't be read does not wait", () => {
  const store = new WatchedStore(new MemoryStore());
  const { calls } = new Parts({ store });
  store.failReads = "STORE_FAILED";
  throwsCode(() => calls.wait(calls.callerAddress("key"), target, undefined), "STORE_FAILED");
  assert.equal(calls.count, 0);
});

test("the first answer counts", async () => {
  const parts = new Parts();
  const { calls } = parts;
  const caller = calls.callerAddress("key");
  parts.keys.remember("key", "one");
  const { answer } = calls.wait(caller, target, undefined);
  calls.answer(caller, packed("first"));
  calls.answer(caller, packed("second"));
  assert.equal(textOf(await answer), "first");
  assert.equal(parts.counters.callsAnswered, 1);
});

test("an answer whose group is refused rejects the call with the store's error", async () => {
  const store = new ForgetfulStore();
  const { calls, commit } = new Parts({ store });
  const caller = calls.callerAddress(undefined);
  const { answer } = calls.wait(caller, target, undefined);
  commit.put("state", new Uint8Array(1));
  calls.answer(caller, packed("answer"));
  const told = rejectsCode(answer, "STORE_FULL");
  await store.untilHeld(1);
  store.fail("STORE_FULL");
  await told;
  assert.equal(calls.count, 0);
});

test("callers with the same key all get the answer, also one who comes when it is there", async () => {
  const parts = new Parts();
  const { calls } = parts;
  const caller = calls.callerAddress("key");
  parts.keys.remember("key", "one");
  const both = [calls.wait(caller, target, undefined), calls.wait(caller, target, undefined)];
  assert.equal(calls.count, 2);
  calls.answer(caller, packed("answer"));
  const late = calls.wait(calls.callerAddress("key"), target, undefined);
  for (const { answer } of [...both, late]) assert.equal(textOf(await answer), "answer");
  assert.equal(calls.count, 0);
});

test("one caller's stop ends its wait alone", async () => {
  const parts = new Parts();
  const { calls } = parts;
  parts.keys.remember("key", "one");
  const caller = calls.callerAddress("key");
  const [first, second] = [calls.wait(caller, target, undefined), calls.wait(caller, target, undefined)];
  first.stop(error);
  await rejectsCode(first.answer, "ADDRESS_PARKED");
  assert.equal(calls.count, 1);
  first.stop(error);
  assert.equal(calls.count, 1, "a second stop counts nothing");
  calls.answer(caller, packed("answer"));
  assert.equal(textOf(await second.answer), "answer");
});

test("a call whose handler ends without a value is answered with undefined", async () => {
  const { calls, commit, counters } = new Parts();
  const caller = calls.callerAddress(undefined);
  const { answer } = calls.wait(caller, target, undefined);
  commit.put("state", new Uint8Array(1));
  calls.answer(caller, undefined);
  assert.equal(await answer, undefined);
  assert.deepEqual([calls.count, counters.callsAnswered], [0, 1]);
});

test("a failure for good reaches its caller when it is durable, and every repeat, without its stack", async () => {
  const store = new ForgetfulStore();
  const parts = new Parts({ store });
  const { calls, keys, commit } = parts;
  keys.remember("key", "one");
  const caller = calls.callerAddress("key");
  const { answer } = calls.wait(caller, target, undefined);
  const seen = watch(answer);
  calls.fail(caller, { code: "MESSAGE_UNHANDLED", message: "not handled", terminal: false, stack: "secret" });
  commit.put("state", new Uint8Array(1));
  await store.untilHeld(1);
  assert.equal(seen.error, undefined);
  store.sync();
  await rejectsCode(answer, "MESSAGE_UNHANDLED");
  assert.equal(calls.count, 0);
  calls.answer(caller, packed("late"));
  await rejectsCode(calls.wait(caller, target, undefined).answer, "MESSAGE_UNHANDLED");
  assert.deepEqual(keys.resultOf("key"), {
    failure: { code: "MESSAGE_UNHANDLED", message: "not handled", terminal: false },
  });
});

test("an answer that nobody waits for is remembered under its key, and dropped without one", async () => {
  const parts = new Parts();
  const { calls, keys } = parts;
  keys.remember("key", "one");
  calls.answer(calls.callerAddress("key"), packed("answer"));
  calls.answer(calls.callerAddress(undefined), packed("dropped"));
  assert.notEqual(keys.resultOf("key"), undefined);
  const { answer } = calls.wait(calls.callerAddress("key"), target, undefined);
  assert.equal(textOf(await answer), "answer");
});

test("a rejected call may be waited for again under its key", async () => {
  const parts = new Parts();
  const { calls } = parts;
  parts.keys.remember("key", "one");
  const caller = calls.callerAddress("key");
  const first = calls.wait(caller, target, undefined);
  calls.reject(caller, error);
  await rejectsCode(first.answer, "ADDRESS_PARKED");
  const second = calls.wait(caller, target, undefined);
  calls.answer(caller, packed("answer"));
  assert.equal(textOf(await second.answer), "answer");
});

test("a forgotten call is rejected, and its key is free", async () => {
  const parts = new Parts();
  const { calls, keys } = parts;
  keys.remember("key", "one");
  const { answer } = calls.wait(calls.callerAddress("key"), target, undefined);
  calls.forget(calls.callerAddress("key"), error);
  await rejectsCode(answer, "ADDRESS_PARKED");
  assert.equal(keys.repeats("key", "another request"), false);
});

test("rejectFrom ends the calls to one target whose messages may stand at a key or behind it", async () => {
  const { calls } = new Parts();
  const wait = (to: string, lastKey: string | undefined) => {
    const caller = calls.callerAddress(undefined);
    return { caller, seen: watch(calls.wait(caller, at(to), lastKey).answer) };
  };
  const before = wait("f/a", "m1");
  const at2 = wait("f/a", "m2");
  const behind = wait("f/a", "m3");
  const consumed = wait("f/a", undefined);
  const other = wait("f/b", "m3");
  calls.rejectFrom("m2", at("f/a"), error);
  await Promise.resolve();
  const rejected = [before, at2, behind, consumed, other].map(({ seen }) => seen.error !== undefined);
  assert.deepEqual(rejected, [false, true, true, false, false]);
  assert.equal(calls.count, 3);
});

test("a call whose answer is on its way to the disk is not rejected from its mailbox", async () => {
  const store = new ForgetfulStore();
  const { calls, commit } = new Parts({ store });
  const caller = calls.callerAddress(undefined);
  const { answer } = calls.wait(caller, target, "m2");
  commit.put("state", new Uint8Array(1));
  calls.answer(caller, packed("answer"));
  calls.rejectFrom("m1", target, error);
  await store.untilHeld(1);
  store.sync();
  assert.equal(textOf(await answer), "answer");
});

test("rejectAll ends every wait", async () => {
  const { calls } = new Parts();
  const waits = ["f/a", "f/b"].map((to) => calls.wait(calls.callerAddress(undefined), at(to), undefined));
  calls.rejectAll(error);
  for (const { answer } of waits) await rejectsCode(answer, "ADDRESS_PARKED");
  assert.equal(calls.count, 0);
});
