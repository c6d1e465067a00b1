// The end of a group commit: by closing, and by a transaction that broke off.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Encodable } from "../../src/engine/message.js";
import { StatefunError } from "../../src/errors.js";
import { Address } from "../../src/model/address.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { bytes, setUp, text } from "./commit-setup.js";

test("close makes durable what was put before it, and nothing after it", async () => {
  const { store, clock, commit } = setUp(true);
  commit.put("a", bytes("1"));
  await commit.close(new StatefunError("SHUTTING_DOWN", "It closes."));
  commit.put("b", bytes("1"));
  await clock.advance(10_000);
  assert.deepEqual(store.groups, [["a"]]);
  await commit.attempted();
});

test("close tries a failed group once more at once, and the open group after it", async () => {
  const { store, clock, commit } = setUp();
  commit.put("a", bytes("1"));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  store.fail();
  await clock.settle();
  commit.put("b", bytes("1"));
  store.autoSync = true;
  await commit.close(new StatefunError("SHUTTING_DOWN", "It closes."));
  assert.equal(commit.trouble, undefined);
  assert.deepEqual(store.groups, [["a"], ["a"], ["b"]]);
  assert.equal(text(store.crash().get("b")), "1");
});

test("close ends when its one more try fails", async () => {
  const { store, clock, commit } = setUp();
  commit.put("a", bytes("1"));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  store.fail();
  await clock.settle();
  const closed = commit.close(new StatefunError("SHUTTING_DOWN", "It closes."));
  await store.untilHeld(1);
  store.fail("STORE_FULL");
  await closed;
  await clock.advance(60_000);
  assert.equal(commit.trouble?.code, "STORE_FULL");
  assert.deepEqual(store.groups, [["a"], ["a"]]);
  assert.equal(store.crash().get("a"), undefined);
});

test("an abandoned group is never written, its waiters get the error, and the group before it stays whole", async () => {
  const { store, clock, commit } = setUp();
  commit.put("a", bytes("1"));
  const first = commit.durable();
  await store.untilHeld(1);
  commit.put("half", bytes("1"));
  const second = rejectsCode(commit.durable(), "STORE_FAILED");
  commit.abandon(new StatefunError("STORE_FAILED", "A transaction broke off."));
  await second;
  store.sync();
  await first;
  commit.put("late", bytes("1"));
  await clock.advance(10_000);
  assert.deepEqual(store.groups, [["a"]]);
  assert.equal(commit.trouble?.code, "STORE_FAILED", "it stays: nothing is taken any more");
  assert.equal(text(store.crash().get("a")), "1");
});

test("a group that fails after the engine has given up is never taken for durable", async () => {
  const { store, clock, commit } = setUp();
  const told: (string | undefined)[] = [];
  commit.put("a", bytes("1"));
  commit.onOutcome((error) => told.push(error?.code));
  commit.onDurable((error) => told.push(error?.code));
  await store.untilHeld(1);
  commit.put("half", bytes("1"));
  commit.onDurable((error) => told.push(error?.code));
  commit.abandon(new StatefunError("STORE_FAILED", "A transaction broke off."));
  assert.deepEqual(told, ["STORE_FAILED"], "the group that is being written may still become durable");
  store.fail("STORE_FULL");
  await clock.advance(60_000);
  assert.deepEqual(told, ["STORE_FAILED", "STORE_FULL", "STORE_FULL"]);
  assert.equal(commit.durableGroup, 0);
  assert.deepEqual(store.groups, [["a"]], "it is not written again");
});

test("a group that waits to be written again is given up when the engine gives up or has closed", async () => {
  for (const end of ["abandon", "close"] as const) {
    const { store, clock, commit } = setUp();
    const told: (string | undefined)[] = [];
    commit.put("a", bytes("1"));
    commit.onDurable((error) => told.push(error?.code));
    await store.untilHeld(1);
    store.fail("STORE_FULL");
    await clock.settle();
    commit.onDurable((error) => told.push(error?.code));
    if (end === "abandon") commit.abandon(new StatefunError("STORE_FAILED", "A transaction broke off."));
    else {
      const closed = commit.close(new StatefunError("SHUTTING_DOWN", "It closes."));
      await store.untilHeld(1);
      store.fail("STORE_FULL");
      await closed;
    }
    const code = end === "abandon" ? "STORE_FAILED" : "SHUTTING_DOWN";
    store.autoSync = true;
    await clock.advance(60_000);
    assert.deepEqual(told, [code, code]);
    assert.equal(commit.durableGroup, 0);
    assert.equal(store.groups.length, end === "abandon" ? 1 : 2, "nothing is written to a store that may be closed");
    assert.equal(clock.timers, 0);
  }
});

test("a caller that asks after the end gets the error, and never synchronously", async () => {
  const { commit } = setUp(true);
  await commit.close(new StatefunError("SHUTTING_DOWN", "It closes."));
  commit.put("a", bytes("1"));
  let told: string | undefined;
  commit.onDurable((error) => {
    told = error?.code;
  });
  assert.equal(told, undefined);
  await rejectsCode(commit.flushed(), "SHUTTING_DOWN");
  await rejectsCode(commit.durable(), "SHUTTING_DOWN");
  assert.equal(told, "SHUTTING_DOWN");
});

test("a transaction that throws ends everything, and says whose answer it was", async () => {
  const { store, clock, commit } = setUp(true);
  const seen: unknown[] = [];
  commit.onAbandoned = (error, address) => seen.push(error.code, (error.cause as Error).message, address?.id);
  const breakOff = () =>
    commit.transact(
      () => {
        commit.put("half", bytes("1"));
        throw new TypeError("a bug");
      },
      new Address("test", "f", "a"),
    );
  throwsCode(breakOff, "ENGINE_RESTARTING");
  throwsCode(() => commit.transact(() => "late"), "ENGINE_RESTARTING");
  assert.deepEqual(seen, ["ENGINE_RESTARTING", "a bug", "a"]);
  await clock.advance(10_000);
  assert.deepEqual(store.groups, []);
});

/** A value that can't be encoded. */
const broken: Encodable = {
  size: 10,
  encode() {
    throw new TypeError("a bug");
  },
};

test("a group with a value that can't be encoded is not tried for ever: everything ends, and its waiters are told", async () => {
  const { store, clock, commit } = setUp(true);
  const seen: unknown[] = [];
  commit.onAbandoned = (error, address) => seen.push(error.code, (error.cause as Error).message, address);
  commit.transact(() => {
    commit.put("a", bytes("1"));
    commit.put("b", broken);
  });
  const told = [rejectsCode(commit.durable(), "ENGINE_RESTARTING"), rejectsCode(commit.flushed(), "ENGINE_RESTARTING")];
  await clock.advance(60_000);
  await Promise.all(told);
  assert.deepEqual(seen, ["ENGINE_RESTARTING", "a bug", undefined]);
  assert.equal(commit.brokenOff, true);
  assert.equal(commit.durableGroup, 0);
  assert.deepEqual(store.groups, [], "half of the group would be a part of a transaction");
  assert.equal(clock.timers, 0);
});

test("a group that encodes at once breaks off in the transaction of the value that can't be encoded", async () => {
  const { store, commit } = setUp(true);
  commit.encodesAtOnce = true;
  commit.put("a", { size: 10, encode: () => bytes("1") });
  await commit.durable();
  const seen: unknown[] = [];
  commit.onAbandoned = (_, address) => seen.push(address?.id);
  throwsCode(() => commit.transact(() => commit.put("b", broken), new Address("test", "f", "a")), "ENGINE_RESTARTING");
  assert.deepEqual(seen, ["a"]);
  assert.equal(text(store.crash().get("a")), "1");
});

test("only a transaction that broke off counts as one", async () => {
  const { commit } = setUp(true);
  await commit.close(new StatefunError("ENGINE_RESTARTING", "It closes, with a code that says something else."));
  assert.equal(commit.brokenOff, false);
  const other = setUp(true).commit;
  other.abandon(new StatefunError("STORE_FAILED", "A transaction broke off."));
  assert.equal(other.brokenOff, true);
});

test("stopped resolves when the store is no longer used", async () => {
  const { store, commit } = setUp();
  commit.put("a", bytes("1"));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  commit.abandon(new StatefunError("STORE_FAILED", "A transaction broke off."));
  let stopped = false;
  const ended = commit.stopped().then(() => {
    stopped = true;
  });
  await new Promise(setImmediate);
  assert.equal(stopped, false);
  store.sync();
  await ended;
  assert.equal(commit.durableGroup, 1);
});
