// Numbers that only grow, over restarts and crashes too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { GroupCommit } from "../../src/engine/group-commit.js";
import { ordered } from "../../src/engine/keys.js";
import { newCounters } from "../../src/engine/metrics.js";
import { isLaterId, Sequence } from "../../src/engine/sequence.js";
import type { Store } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { ManualClock } from "../support/manual-clock.js";

function open(store: Store, now = 1000, receivedIds: string[] = []) {
  const counters = newCounters();
  const commit = new GroupCommit(store, new ManualClock(), counters);
  return { commit, counters, sequence: new Sequence(commit, now, receivedIds) };
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

/** Opens, uses the life, and lets that be durable. */
async function live(store: ForgetfulStore, now: number, receivedIds: string[] = []): Promise<string> {
  const { commit, sequence } = open(store, now, receivedIds);
  const life = sequence.useLife();
  await commit.durable();
  return life;
}

test("each start has a later life, also when the clock has gone back", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const lives = [await live(store, 1000), await live(store, 1000), await live(store, 5000.7), await live(store, 10)];
  assert.deepEqual([...new Set(lives)].sort(), lives);
  assert.equal(lives[2], ordered(5000));
});

test("a life is in the same group as the first record that has it", async () => {
  const store = new ForgetfulStore();
  const { commit, sequence } = open(store, 1000);
  commit.put("record", Buffer.from(sequence.useLife()));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  for (const kept of [0, 1]) {
    const after = store.crash(kept);
    const again = open(after, 1000).sequence;
    assert.equal(again.life > sequence.life, after.get("record") !== undefined, `${kept} writes kept`);
  }
});

test("a start whose records nobody saw costs no write, and a record's life one", async () => {
  const { commit, counters, sequence } = open(new ForgetfulStore({ autoSync: true }));
  await commit.durable();
  assert.equal(counters.commitWrites, 0);
  sequence.useLife();
  sequence.useLife();
  await commit.durable();
  assert.equal(counters.commitWrites, 1);
});

test("after a backup is put back the life is later than all before, as the clock says", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  await live(store, 1000);
  const backup = store.crash();
  const last = await live(store, 2000);
  assert.ok(open(backup, 3000).sequence.life > last);
});

test("the life is later than what consumers hold, whatever the clock says", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const { life } = open(store, 1000, [ordered(7000) + ordered(3), ordered(9000) + ordered(1), "000000001"]).sequence;
  assert.equal(life, ordered(9001));
});

test("a folder of an older version keeps the life of its records, and goes on in a later one", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  await store.write([["!epoch", Buffer.from(ordered(5000))]]);
  const { sequence } = open(store, 1000);
  assert.equal(sequence.firstLife, ordered(5000));
  assert.equal(sequence.life, ordered(5001));
});

test("no id that was given before a start is later than what the start knows as the last one", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  assert.equal(open(store).sequence.lastBefore, undefined);
  const { commit, sequence } = open(store);
  const id = sequence.useLife() + ordered(sequence.next());
  await commit.durable();
  const { lastBefore = "" } = open(store).sequence;
  assert.ok(isLaterId(lastBefore, id));
});

test("a longer id is later, and ids of one length sort as text", () => {
  assert.ok(isLaterId("10", "9"));
  assert.ok(isLaterId("b", "a"));
  assert.ok(!isLaterId("a", "a"));
  assert.ok(!isLaterId("9", "10"));
});
