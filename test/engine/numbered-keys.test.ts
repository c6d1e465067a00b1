// Idempotency keys that are known to be new without a look into the store.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NumberedKeys } from "../../src/engine/numbered-keys.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { Random } from "../support/random.js";
import { Parts } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Notes and remembers requests, and returns the numbers of those that were known to be new. */
function remember(numbered: NumberedKeys, { commit }: Parts, series: string, numbers: readonly number[]): number[] {
  return numbers.filter((number) => {
    const isNew = numbered.isNew(`${series}${number}`);
    commit.put(`i${series}${number}`, new Uint8Array(1));
    return isNew;
  });
}

async function setUp(store = new MemoryStore()) {
  const parts = new Parts({ store });
  return { parts, numbered: new NumberedKeys(store, parts.commit) };
}

test("from the ninth key of a new series on, each higher number is new, once", async () => {
  const { parts, numbered } = await setUp();
  assert.deepEqual(remember(numbered, parts, "client-", range(1, 8)), []);
  await parts.commit.durable();
  assert.deepEqual(remember(numbered, parts, "client-", [9, 11, 10, 11, 9, 12]), [9, 11, 12]);
  assert.deepEqual(remember(numbered, parts, "other-", range(1, 8)), []);
});

test("a series of which an earlier run has remembered a key is never known to be new", async () => {
  const store = new MemoryStore();
  const before = await setUp(store);
  remember(before.numbered, before.parts, "client-", [500]);
  remember(before.numbered, before.parts, "client-0-", [7]);
  await before.parts.commit.durable();
  const { parts, numbered } = await setUp(store);
  assert.deepEqual(remember(numbered, parts, "client-", range(1, 8)), []);
  await parts.commit.durable();
  assert.deepEqual(remember(numbered, parts, "client-", range(9, 600)), []);
});

test("a key without a number of one form is not known to be new", async () => {
  const { parts, numbered } = await setUp();
  remember(numbered, parts, "a-", range(1, 8));
  await parts.commit.durable();
  for (const key of ["a-09", "a-1e3", "a-", "a", "9", "a-NaN", "a-Infinity", "a-9 ", "a-9.5", `a-${2 ** 53}`])
    assert.equal(numbered.isNew(key), false, key);
  assert.equal(numbered.isNew("a-9"), true);
});

test("a series whose keys can't be read is not known to be new", async () => {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store });
  const numbered = new NumberedKeys(store, parts.commit);
  store.failReads = "STORE_FAILED";
  remember(numbered, parts, "a-", range(1, 8));
  await parts.settle();
  store.release();
  assert.deepEqual(remember(numbered, parts, "a-", range(9, 20)), []);
});

test("with a thousand series, one that was not used makes room when its keys are durable", async () => {
  const { parts, numbered } = await setUp();
  remember(numbered, parts, "old-", [1, 9]);
  for (const number of range(1, 999)) remember(numbered, parts, `client${number}-`, [1]);
  remember(numbered, parts, "no room-", [1]); // all have been used
  for (const number of range(1, 999)) remember(numbered, parts, `client${number}-`, [2]);
  remember(numbered, parts, "new-", [1]); // "old-" has not been used since
  // The keys that "old-" had are in no table of the store yet, so nothing is known of it.
  assert.deepEqual(remember(numbered, parts, "old-", range(1, 8)), []);
  await parts.commit.durable();
  assert.deepEqual(remember(numbered, parts, "old-", [9, 10]), []);
  numbered.isNew("newer-1"); // none of the thousand has been used since "new-" asked for room
  await parts.commit.durable();
  remember(numbered, parts, "newer-", range(1, 8));
  await parts.commit.durable();
  assert.deepEqual(remember(numbered, parts, "newer-", [9, 10]), [9, 10]);
});

for (const seed of range(1, 20)) {
  test(`no key that was remembered is taken for a new one, with seed ${seed}`, async () => {
    const random = new Random(seed);
    let store = new MemoryStore();
    let known = 0;
    for (let run = 0; run < 4; run++) {
      const { parts, numbered } = await setUp(store);
      for (let step = 0; step < 200; step++) {
        const key = `client${random.below(3)}-${random.below(20) + Math.floor(step / 4)}`;
        const isThere = parts.commit.get(`i${key}`) !== undefined;
        if (numbered.isNew(key)) {
          known += 1;
          assert.equal(isThere, false, `${key} at step ${step} of run ${run}`);
        }
        if (random.below(10) > 0) parts.commit.put(`i${key}`, new Uint8Array(1));
        if (random.below(20) === 0) await parts.commit.durable();
      }
      await parts.commit.durable();
      // The later runs have other clients, or the same ones.
      if (random.below(2) === 0) store = new MemoryStore();
    }
    assert.ok(known > 0);
  });
}
