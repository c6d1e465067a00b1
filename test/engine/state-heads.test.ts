// The heads of large states: they come and go with their values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "../../src/engine/keys.js";
import { decodeHead, headKey, keyOfHead } from "../../src/engine/state-heads.js";
import { StateValues } from "../../src/engine/state-values.js";
import { headBytes, wholeBytes } from "../../src/model/large-value.js";
import { spec, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";

const addressKey = "test\0f\0a\0";
const stateKey = `${kinds.state}${addressKey}photo`;
const photo = spec("photo");
const large = "ü".repeat(wholeBytes);

function statesOf({ commit, memory }: Parts) {
  const states = new StateValues(addressKey, commit, "v3", memory);
  states.forCall([photo], 0);
  return states;
}

async function headsOf(parts: Parts): Promise<string[]> {
  await parts.commit.durable();
  return parts.stored(kinds.head);
}

test("a large value has a head beside it, with its type, its size, its first bytes and its time", async () => {
  const parts = new Parts();
  const value = packed(large);
  statesOf(parts).set(photo, value.bytes, 77);
  assert.deepEqual(await headsOf(parts), [headKey(stateKey)]);
  assert.equal(keyOfHead(headKey(stateKey)), stateKey);
  const head = decodeHead(parts.commit.get(headKey(stateKey)) as Uint8Array);
  const { typename, value: bytes } = value.unpack();
  assert.deepEqual([head.typename, head.bytes, head.touchedAt], [typename, bytes.length, 77]);
  assert.ok(head.head.length > headBytes && head.head.length < 2 * headBytes);
  assert.deepEqual(Buffer.from(head.head), Buffer.from(bytes.subarray(0, head.head.length)));
});

test("a small value has none, and takes away that of the value before", async () => {
  const parts = new Parts();
  const states = statesOf(parts);
  states.set(photo, packed("small").bytes, 0);
  assert.deepEqual(await headsOf(parts), []);
  states.set(photo, packed(large).bytes, 0);
  assert.equal((await headsOf(parts)).length, 1);
  states.set(photo, packed("small").bytes, 0);
  assert.deepEqual(await headsOf(parts), []);
});

test("the head goes with its value: when it is deleted, and when it has expired", async () => {
  const fresh = spec("photo", "after-write", 100);
  const parts = new Parts();
  const states = statesOf(parts);
  states.set(photo, packed(large).bytes, 0);
  states.set(photo, undefined, 0);
  assert.deepEqual(await headsOf(parts), []);
  states.set(fresh, packed(large).bytes, 0);
  assert.equal((await headsOf(parts)).length, 1);
  states.forCall([fresh], 100);
  assert.deepEqual(await headsOf(parts), []);
});

test("a call that puts off the expiry of a large value moves the time of its head", async () => {
  const called = spec("photo", "after-call", 100);
  const parts = new Parts();
  const states = statesOf(parts);
  states.set(called, packed(large).bytes, 0);
  states.touch([called], 50);
  await parts.commit.durable();
  assert.equal(decodeHead(parts.commit.get(headKey(stateKey)) as Uint8Array).touchedAt, 50);
});

test("a value that nobody has read takes the head away all the same", async () => {
  for (const value of [packed("small").bytes, undefined]) {
    const parts = new Parts();
    statesOf(parts).set(photo, packed(large).bytes, 0);
    await parts.commit.durable();
    new StateValues(addressKey, parts.commit, "v3", parts.memory).set(photo, value, 0);
    assert.deepEqual(await headsOf(parts), []);
  }
});

test("the value of a state stays whole beside its head", async () => {
  const parts = new Parts();
  statesOf(parts).set(photo, packed(large).bytes, 0);
  await parts.commit.durable();
  const [carried] = statesOf(parts).forLocalCall([photo], 0);
  assert.equal(carried?.value && textOf(carried.value), large);
});
