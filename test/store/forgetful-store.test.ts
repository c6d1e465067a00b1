// The store for crash tests: it forgets what was not synced, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../support/expect-code.js";
import { bytes, everything, testStore, text } from "./contract.js";
import { ForgetfulStore } from "./forgetful-store.js";

testStore("ForgetfulStore that syncs", async (t) => {
  const store = new ForgetfulStore({ autoSync: true });
  t.after(() => store.close());
  return store;
});

test("a write shows at once, and resolves and lasts once it is synced", async () => {
  const store = new ForgetfulStore();
  let resolved = false;
  const written = store.write([["a", bytes("1")]]).then(() => {
    resolved = true;
  });
  await store.untilHeld(1);
  assert.equal(text(store.get("a")), "1");
  assert.deepEqual(await store.keys(everything), ["a"]);
  assert.equal(store.crash().get("a"), undefined);
  assert.equal(resolved, false);
  store.sync();
  await written;
  assert.equal(store.held, 0);
  assert.equal(text(store.crash().get("a")), "1");
});

test("a crash keeps the oldest writes, each whole", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  await store.write([
    ["a", bytes("1")],
    ["b", bytes("1")],
  ]);
  store.autoSync = false;
  void store.write([
    ["a", undefined],
    ["b", bytes("2")],
  ]);
  void store.write([["c", bytes("3")]]);
  void store.write([["d", bytes("4")]]);
  await store.untilHeld(3);
  store.sync(1);
  assert.deepEqual(await store.crash().keys(everything), ["b"]);
  assert.deepEqual(await store.crash(1).keys(everything), ["b", "c"]);
  assert.deepEqual(await store.crash(2).keys(everything), ["b", "c", "d"]);
});

test("a write that is failed rejects with the code, and shows no longer", async () => {
  const store = new ForgetfulStore();
  const failed = rejectsCode(store.write([["a", bytes("1")]]), "STORE_FULL");
  const kept = store.write([["b", bytes("2")]]);
  store.fail("STORE_FULL");
  await failed;
  assert.deepEqual(await store.keys(everything), ["b"]);
  store.sync();
  await kept;
  assert.deepEqual(await store.crash().keys(everything), ["b"]);
});
