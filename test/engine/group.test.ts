// One group: what it holds, how large it is, and who is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Group } from "../../src/engine/group.js";
import { StatefunError } from "../../src/errors.js";

const bytes = (length: number) => new Uint8Array(length);

test("a key that is set several times counts once, with its last value", () => {
  const group = new Group();
  group.set("a", bytes(100));
  const one = group.bytes;
  for (let times = 0; times < 64; times++) group.set("a", bytes(100));
  assert.equal(group.bytes, one);
  group.set("a", bytes(10));
  assert.equal(group.bytes, one - 90);
  group.set("a", undefined);
  assert.equal(group.bytes, one - 100);
  group.set("a", undefined);
  assert.equal(group.bytes, one - 100);
  group.set("a", bytes(100));
  assert.deepEqual([group.bytes, group.size], [one, 1]);
});

test("a deletion counts once, whether the key was put before or not", () => {
  const group = new Group();
  group.set("a", undefined);
  const one = group.bytes;
  assert.ok(one > 0);
  group.set("a", undefined);
  assert.equal(group.bytes, one);
  group.set("b", undefined);
  assert.equal(group.bytes, 2 * one);
});

test("a put that is taken back leaves nothing; a deletion can't be taken back", () => {
  const group = new Group();
  group.set("a", bytes(100));
  assert.equal(group.takeBack("a"), true);
  assert.deepEqual([group.bytes, group.size, group.has("a")], [0, 0, false]);
  assert.equal(group.takeBack("a"), false);
  group.set("b", undefined);
  assert.equal(group.takeBack("b"), false);
  assert.equal(group.has("b"), true);
});

test("the waiters for the outcome get a failed write, each of them once", () => {
  const group = new Group();
  const told: string[] = [];
  group.onOutcome((error) => told.push(`outcome ${error?.code}`));
  group.onDurable((error) => told.push(`durable ${error?.code}`));
  group.failed(new StatefunError("STORE_FULL", "full"));
  assert.deepEqual(told, ["outcome STORE_FULL"]);
  assert.equal(group.awaited, true);
  group.onOutcome((error) => told.push(`later ${error?.code}`));
  group.settled();
  group.settled(new StatefunError("STORE_FULL", "full"));
  assert.deepEqual(told, ["outcome STORE_FULL", "later undefined", "durable undefined"]);
  assert.equal(group.awaited, false);
});
