// The entries of the index of what expires, and when a value is put into it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  deadlineOf,
  decodeIndexedAt,
  encodeIndexedAt,
  expiringKey,
  parseRegistered,
  stateKeyOf,
  unindexedKey,
  unindexedPrefix,
} from "../../src/engine/expiry-entries.js";
import { addressKey, functionKey, highest, kinds } from "../../src/engine/keys.js";
import { type ExpiringSpec, StateValues } from "../../src/engine/state-values.js";
import { spec } from "./functions.js";
import { Parts, packed } from "./parts.js";

const address = addressKey("test", "f", "a");
const fresh = spec("fresh", "after-write", 100);
const called = spec("called", "after-call", 100);

/** The entries of the index that a store holds: their times, and the times under which their values were put in first. */
async function entries(parts: Parts): Promise<[string, number, number | undefined][]> {
  await parts.commit.durable();
  const keys = await parts.stored(kinds.expiring);
  return keys.map((key) => {
    const stateKey = stateKeyOf(key);
    const at = Number.parseInt(key.slice(1, 10), 36);
    return [stateKey.slice(1 + address.length), at, decodeIndexedAt(parts.store.get(key) as Uint8Array)];
  });
}

function setUp() {
  const parts = new Parts();
  const states = new StateValues(address, parts.commit, "v3", parts.memory);
  const set = (one: ExpiringSpec, now: number, text?: string) => {
    states.set(one, packed(text ?? "x").bytes, now);
  };
  return { parts, states, set, clear: (one: ExpiringSpec, now: number) => states.set(one, undefined, now) };
}

test("the keys sort by their times, and lead back to the keys of the values", () => {
  const stateKey = `${kinds.state}${addressKey("a", "b", "odd\0\u0001é")}name\0x`;
  const keys = [0, 1, 35, 36, 1_700_000_000_000, highest].map((at) => expiringKey(at, stateKey));
  assert.deepEqual(keys.toSorted(), keys);
  for (const key of keys) assert.equal(stateKeyOf(key), stateKey);
});

test("a deadline is a whole number that a key can hold", () => {
  assert.equal(deadlineOf(1000, { mode: "after-write", afterMs: 0.5 }), 1001);
  assert.equal(deadlineOf(1000, { mode: "after-write", afterMs: Number.MAX_SAFE_INTEGER }), highest);
});

test("the time under which a value was put in is read back, and that there was none", () => {
  for (const time of [undefined, 0, 1_700_000_000_000, highest]) {
    assert.equal(decodeIndexedAt(encodeIndexedAt(time)), time);
  }
});

test("a registration's key is split into its function and its state, and names the entry of what is not indexed", () => {
  const key = functionKey("a/b", "c");
  assert.deepEqual(parseRegistered(`${key}odd\0state`), { key, state: "odd\0state" });
  assert.equal(unindexedKey(`${kinds.registration}${key}s`), `${unindexedPrefix}${key}s`);
});

test("the first value of a state that expires is put in under its deadline, and no other state is", async () => {
  const { parts, set } = setUp();
  set(fresh, 1000);
  set(called, 1000);
  set(spec("kept"), 1000);
  assert.deepEqual(await entries(parts), [
    ["called", 1100, 1100],
    ["fresh", 1100, 1100],
  ]);
});

test("neither a later write nor a call writes the index again", async () => {
  const { parts, states, set } = setUp();
  set(fresh, 1000);
  set(called, 1000);
  await parts.commit.durable();
  const before = parts.counters.commitWrites;
  for (let now = 1001; now < 1050; now += 1) {
    set(fresh, now, `${now}`);
    states.touch([fresh, called], now);
    await parts.commit.durable();
  }
  assert.equal(parts.counters.commitWrites - before, 2 * 49, "the two values alone");
  assert.equal((await entries(parts)).length, 2);
});

test("a value that is deleted leaves the index; one that was never durable writes nothing there", async () => {
  const { parts, set, clear } = setUp();
  set(fresh, 1000);
  await parts.commit.durable();
  clear(fresh, 1001);
  assert.deepEqual(await entries(parts), []);
  const before = parts.counters.commitWrites;
  set(fresh, 1002);
  clear(fresh, 1003);
  await parts.commit.durable();
  assert.equal(parts.counters.commitWrites - before, 1, "the deletion of the value alone");
});

test("a value whose deadline comes nearer is put in anew", async () => {
  const { parts, set } = setUp();
  set(fresh, 1000);
  await parts.commit.durable();
  set({ name: "fresh", expiration: { mode: "after-write", afterMs: 10 } }, 1001);
  assert.deepEqual(await entries(parts), [["fresh", 1011, 1011]]);
});

test("a value that was read from the store keeps its entry", async () => {
  const { parts, set } = setUp();
  set(called, 1000);
  await parts.commit.durable();
  const later = new Parts({ store: parts.store });
  const states = new StateValues(address, later.commit, "v3", later.memory);
  states.forCall([called], 1050);
  states.touch([called], 1050);
  assert.deepEqual(await entries(later), [["called", 1100, 1100]]);
  states.forCall([called], 1150);
  assert.deepEqual(await entries(later), [], "reading the expired value deletes it");
});
