// The states of one address: read once, written as part of a transaction, expired by the clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeStateValue, isExpired, StateValue, StateValues } from "../../src/engine/state-values.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { decodePacked } from "../../src/wire/packed.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { throwsCode } from "../support/expect-code.js";
import { spec, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const addressKey = "test\0f\0a\0";
const count = spec("count");
const fresh = spec("fresh", "after-write", 100);
const called = spec("called", "after-call", 100);

const statesOf = ({ commit, memory }: Parts, generation: "v2" | "v3" = "v3") =>
  new StateValues(addressKey, commit, generation, memory);

/** What a call would carry, by the states' names. */
function carried(states: StateValues, now: number, generation: "v2" | "v3" = "v3") {
  return states.forCall([count, fresh, called], now).map(({ packed: value }) => {
    return value === undefined ? undefined : textOf(decodePacked(value, generation));
  });
}

test("a value that was set is carried by the next call, and is durable with its group", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const states = statesOf(parts);
  assert.deepEqual(carried(states, 0), [undefined, undefined, undefined]);
  states.set(count, packed("1").bytes, 0);
  assert.deepEqual(carried(states, 0), ["1", undefined, undefined]);
  await parts.commit.durable();
  states.set(count, packed("2").bytes, 0);
  assert.deepEqual(carried(statesOf(new Parts({ store: store.crash() })), 0), ["1", undefined, undefined]);
});

test("a value that was deleted is carried no longer, and is gone from the store", async () => {
  const parts = new Parts();
  const states = statesOf(parts);
  states.set(count, packed("1").bytes, 0);
  states.set(count, undefined, 0);
  assert.deepEqual(carried(states, 0), [undefined, undefined, undefined]);
  await parts.commit.durable();
  assert.deepEqual(await parts.stored("s"), []);
});

test("a value whose entry is written has bytes of its own", async () => {
  const parts = new Parts();
  const states = statesOf(parts);
  const answer = packed("1").bytes;
  states.set(count, answer, 0);
  await parts.commit.durable();
  answer.fill(0);
  assert.deepEqual(carried(states, 0), ["1", undefined, undefined]);
});

test("a value that expires after a write is carried until its time, counted from the last write", () => {
  const states = statesOf(new Parts());
  states.set(fresh, packed("x").bytes, 1000);
  assert.equal(carried(states, 1099)[1], "x");
  states.set(fresh, packed("y").bytes, 1099);
  assert.equal(carried(states, 1198)[1], "y");
  states.touch([fresh], 1198);
  assert.equal(carried(states, 1199)[1], undefined);
});

test("a value that expires after a call is carried until its time, counted from the last call", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const states = statesOf(parts);
  states.set(called, packed("x").bytes, 1000);
  states.touch([called], 1050);
  assert.equal(carried(states, 1149)[2], "x");
  await parts.commit.durable();
  const after = statesOf(new Parts({ store: store.crash() }));
  assert.equal(carried(after, 1149)[2], "x", "the store holds when the last call was");
  assert.equal(carried(after, 1150)[2], undefined);
});

test("an expired value is deleted when it is read, also one of before the start", async () => {
  const parts = new Parts();
  statesOf(parts).set(fresh, packed("x").bytes, 1000);
  await parts.commit.durable();
  const later = new Parts({ store: parts.store });
  assert.equal(carried(statesOf(later), 1100)[1], undefined);
  await later.commit.durable();
  assert.deepEqual(await later.stored("s"), []);
});

test("the store is read once for a value, and once for a missing value", () => {
  const parts = new Parts();
  let reads = 0;
  const get = parts.commit.get.bind(parts.commit);
  parts.commit.get = (key) => {
    reads += 1;
    return get(key);
  };
  const states = statesOf(parts);
  for (let calls = 0; calls < 3; calls++) carried(states, 0);
  assert.equal(reads, 3);
});

test("a read that fails throws, and is made again", () => {
  const store = new WatchedStore(new MemoryStore());
  const states = statesOf(new Parts({ store }));
  store.failReads = "STORE_FAILED";
  throwsCode(() => carried(states, 0), "STORE_FAILED");
  store.release();
  assert.deepEqual(carried(states, 0), [undefined, undefined, undefined]);
});

test("the bytes of all values are counted", async () => {
  const parts = new Parts();
  const states = statesOf(parts);
  states.set(count, packed("x".repeat(1000)).bytes, 0);
  const large = states.bytes;
  assert.ok(large >= 1000 && large < 1200);
  states.set(count, packed("x").bytes, 0);
  assert.ok(states.bytes < 100);
  states.set(count, undefined, 0);
  assert.equal(states.bytes, 0);
  states.set(count, packed("x".repeat(1000)).bytes, 0);
  await parts.commit.durable();
  const again = statesOf(new Parts({ store: parts.store }));
  carried(again, 0);
  assert.equal(again.bytes, large);
});

test("a value of the other generation is carried as one of the function's own", async () => {
  for (const [from, to] of [
    ["v2", "v3"],
    ["v3", "v2"],
  ] as const) {
    const parts = new Parts();
    statesOf(parts, from).set(count, packed("1", from).bytes, 0);
    await parts.commit.durable();
    const states = statesOf(new Parts({ store: parts.store }), to);
    assert.equal(carried(states, 0, to)[0], "1");
  }
});

test("an entry is read back with its time and generation", () => {
  for (const generation of ["v2", "v3"] as const) {
    const value = new StateValue(packed("x", generation), Date.UTC(2026, 0, 1));
    const read = decodeStateValue(value.encode());
    assert.deepEqual([read.touchedAt, read.packed.generation], [value.touchedAt, generation]);
    assert.deepEqual(Buffer.from(read.packed.bytes), Buffer.from(value.packed.bytes));
  }
});

test("a value expires at its time, not before; one without an expiration never", () => {
  const value = new StateValue(packed("x"), 1000);
  assert.equal(isExpired(value, fresh, 1099), false);
  assert.equal(isExpired(value, fresh, 1100), true);
  assert.equal(isExpired(value, count, Number.MAX_SAFE_INTEGER), false);
});
