// Scans of the store's keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { firstKeys, functionParts, keysOf } from "../../src/engine/key-scans.js";
import { functionKey } from "../../src/engine/keys.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Write } from "../../src/store/store.js";
import { WatchedStore } from "./watched-store.js";

const nothing = new Uint8Array(0);

test("all keys of a prefix are read, in pages, and no others", async () => {
  const store = new MemoryStore();
  const writes = Array.from({ length: 20_001 }, (_, number): Write => [`m${String(number).padStart(5, "0")}`, nothing]);
  await store.write([...writes, ["l", nothing], ["n", nothing]]);
  const pages: string[][] = [];
  for await (const keys of keysOf(store, "m")) pages.push(keys);
  assert.ok(pages.length > 1);
  assert.deepEqual(
    pages.flat(),
    writes.map(([key]) => key),
  );
});

test("the first key of each function is found with one read for each, however many keys it has", async () => {
  const store = new WatchedStore(new MemoryStore());
  const names = ["a", "a\0", "aa", "a\u0001", "é", "😀"];
  const keysFor = (name: string) =>
    Array.from({ length: 100 }, (_, number) => `m${functionKey("ns", name)}${String(number).padStart(3, "0")}\0`);
  await store.write(["l", "mm", "n"].flatMap((other) => [[other, nothing] as Write]).filter(([key]) => key !== "mm"));
  await store.write(names.flatMap(keysFor).map((key): Write => [key, nothing]));
  const { done } = store;
  const found: string[] = [];
  for await (const key of firstKeys(store, "m", functionParts)) found.push(key);
  assert.deepEqual(new Set(found), new Set(names.map((name) => keysFor(name)[0])));
  assert.equal(store.done - done, names.length + 1);
});

test("the first keys of very many functions with a key each take few reads", async () => {
  const store = new WatchedStore(new MemoryStore());
  const keyOf = (index: number) => `m${functionKey("ns", `f${index}`)}a\0`;
  const keys = Array.from({ length: 5000 }, (_, index) => keyOf(index));
  await store.write(keys.map((key): Write => [key, nothing]));
  // One function in the middle has many keys.
  await store.write(Array.from({ length: 1000 }, (_, index): Write => [`${keyOf(2500)}${index}`, nothing]));
  const { done } = store;
  const found: string[] = [];
  for await (const key of firstKeys(store, "m", functionParts)) found.push(key);
  assert.deepEqual(found, keys.toSorted());
  assert.ok(store.done - done <= 70, `${store.done - done} reads`);
});
