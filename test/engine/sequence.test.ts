// Numbers that only grow, over restarts and crashes too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { GroupCommit } from "../../src/engine/group-commit.js";
import { newCounters } from "../../src/engine/metrics.js";
import { Sequence } from "../../src/engine/sequence.js";
import type { Store } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { ManualClock } from "../support/manual-clock.js";

function open(store: Store, now = 1000) {
  const counters = newCounters();
  const commit = new GroupCommit(store, new ManualClock(), counters);
  return { commit, counters, sequence: new Sequence(commit, now) };
}

test("numbers begin at 0 and grow by one", () => {
  const { sequence } = open(new ForgetfulStore());
  assert.deepEqual([sequence.next(), sequence.next(), sequence.next()], [0, 1, 2]);
});

test("a number that was used in a durable group is never used again after a crash", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const { commit, sequence } = open(store);
  const used = [sequence.next(), sequence.next()];
  await commit.durable();
  const again = open(store.crash()).sequence;
  assert.ok(again.next() > Math.max(...used));
});

test("a block is reserved in the same group as the first number that is used of it", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const { commit, sequence } = open(store);
  await commit.durable();
  sequence.next();
  commit.put("entry", new Uint8Array(0));
  store.autoSync = false;
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  for (const kept of [0, 1]) {
    const after = store.crash(kept);
    const next = open(after).sequence.next();
    assert.equal(after.get("entry") !== undefined, next > 0, `${kept} writes kept`);
  }
});

test("most numbers cost no write", async () => {
  const { commit, counters, sequence } = open(new ForgetfulStore({ autoSync: true }));
  sequence.next();
  await commit.durable();
  const { commitWrites } = counters;
  for (let count = 0; count < 10_000; count++) sequence.next();
  await commit.durable();
  assert.equal(counters.commitWrites, commitWrites);
});

test("the epoch is when the store was new, and stays", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const { commit, sequence } = open(store, 1000);
  await commit.durable();
  assert.equal(open(store.crash(), 5000).sequence.epoch, sequence.epoch);
  assert.ok(open(new ForgetfulStore(), 5000).sequence.epoch > sequence.epoch);
});
