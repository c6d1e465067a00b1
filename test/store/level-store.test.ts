// The store on disk, under the contract of all stores.

import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { test } from "node:test";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Write } from "../../src/store/store.js";
import { rejectsCode } from "../support/expect-code.js";
import { bytes, everything, testStore, text } from "./contract.js";
import { freshFolder } from "./folders.js";

testStore("LevelStore", async (t) => {
  const store = await openLevelStore(freshFolder(t));
  t.after(() => store.close());
  return store;
});

test("what was written is there when the folder is opened again", async (t) => {
  const dir = freshFolder(t);
  for (let round = 0; round < 3; round += 1) {
    const store = await openLevelStore(dir);
    assert.deepEqual(
      (await store.entries(everything)).map(([, value]) => text(value)),
      Array.from({ length: round }, (_, index) => `${index}`),
    );
    await store.write([[`a${round}`, bytes(`${round}`)]]);
    await store.close();
  }
});

test("a write in flight when the store is closed is there when it is opened again", async (t) => {
  const dir = freshFolder(t);
  const store = await openLevelStore(dir);
  const written = store.write(Array.from({ length: 1000 }, (_, index): Write => [`${index}`, bytes("1")]));
  await store.close();
  await written;
  const again = await openLevelStore(dir);
  t.after(() => again.close());
  assert.equal((await again.keys(everything)).length, 1000);
});

test("reads in flight when the store is closed are answered", async (t) => {
  const store = await openLevelStore(freshFolder(t));
  const value = new Uint8Array(1000);
  await store.write(Array.from({ length: 10_000 }, (_, index): Write => [`${index}`, value]));
  const reads = Promise.all([store.entries(everything), store.keys(everything)]);
  await store.close();
  const [entries, keys] = await reads;
  assert.equal(entries.length, 10_000);
  assert.equal(keys.length, 10_000);
});

test("a folder that is open can't be opened again, by whatever path", async (t) => {
  const dir = freshFolder(t);
  const store = await openLevelStore(dir);
  symlinkSync(dir, `${dir}-link`);
  await rejectsCode(openLevelStore(dir), "STORE_LOCKED", dir);
  await rejectsCode(openLevelStore(`${dir}/.`), "STORE_LOCKED");
  await rejectsCode(openLevelStore(`${dir}-link`), "STORE_LOCKED");
  await store.write([["a", bytes("1")]]);
  await store.close();
  const again = await openLevelStore(`${dir}-link`);
  assert.equal(text(again.get("a")), "1");
  await again.close();
});

test("of several openings of a new folder at once, one succeeds", async (t) => {
  const dir = freshFolder(t);
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => openLevelStore(dir)));
  const stores = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.code] : []));
  assert.equal(stores.length, 1);
  assert.deepEqual(
    failures,
    Array.from({ length: 4 }, () => "STORE_LOCKED"),
  );
  await stores[0]?.close();
});
