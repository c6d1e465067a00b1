// One group: what it holds, how large it is, and who is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Group, type SingleEntry } from "../../src/engine/group.js";
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
  group.set("a", null);
  assert.equal(group.bytes, one - 100);
  group.set("a", null);
  assert.equal(group.bytes, one - 100);
  group.set("a", bytes(100));
  assert.deepEqual([group.bytes, group.size], [one, 1]);
});

test("a deletion counts once, whether the key was put before or not", () => {
  const group = new Group();
  group.set("a", null);
  const one = group.bytes;
  assert.ok(one > 0);
  group.set("a", null);
  assert.equal(group.bytes, one);
  group.set("b", null);
  assert.equal(group.bytes, 2 * one);
});

test("a put that is taken back leaves nothing; a deletion can't be taken back", () => {
  const group = new Group();
  group.set("a", bytes(100));
  assert.equal(group.takeBack("a"), true);
  assert.deepEqual([group.bytes, group.size, group.get("a")], [0, 0, undefined]);
  assert.equal(group.takeBack("a"), false);
  group.set("b", null);
  assert.equal(group.takeBack("b"), false);
  assert.equal(group.get("b"), null);
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

class Entry implements SingleEntry {
  readonly size = 100;
  group = 0;
  place = -1;
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  encode(): Uint8Array {
    return bytes(100);
  }
}

test("an entry that is added and removed in one group is never written, and leaves its place to the next one", () => {
  const group = new Group();
  const entries = ["a", "b", "c"].map((key) => new Entry(key));
  for (const entry of entries) group.add(entry);
  const three = group.bytes;
  group.remove(entries[1] as Entry);
  assert.deepEqual([group.size, group.bytes], [2, (three / 3) * 2]);
  const next = new Entry("d");
  group.add(next);
  assert.equal(next.place, 1);
  assert.deepEqual([group.size, group.bytes], [3, three]);
  assert.deepEqual(
    group
      .encoded()
      .map(([key]) => key)
      .sort(),
    ["a", "c", "d"],
  );
});

test("an entry of an earlier group is deleted, whatever stands at its place now", () => {
  const [before, after] = [new Group(), new Group()];
  const [old, young] = [new Entry("old"), new Entry("young")];
  before.add(old);
  after.add(young);
  assert.equal(old.place, young.place);
  after.remove(old);
  assert.deepEqual(
    after.encoded().map(([key, value]) => [key, value?.length]),
    [
      ["young", 100],
      ["old", undefined],
    ],
  );
  assert.equal(after.size, 2);
});

/** An entry of so many bytes, under a key. */
const entryOf = (key: string, size: number): SingleEntry => ({
  key,
  size,
  group: 0,
  place: -1,
  encode: () => bytes(size),
});

const written = (group: Group) => group.encoded().map(([key, value]) => [key, value?.length]);

test("an entry that takes the place of one of the same group is written alone, or never", () => {
  const group = new Group();
  const [before, after] = [entryOf("a", 10), entryOf("a", 20)];
  group.add(before);
  const smaller = group.bytes;
  group.replace(before, after);
  assert.equal(group.bytes, smaller + 10);
  assert.deepEqual(written(group), [["a", 20]]);
  group.remove(after);
  assert.deepEqual([written(group), group.size, group.bytes], [[], 0, 0]);
});

test("an entry that takes the place of one of an earlier group is written, and its removal is too", () => {
  const [earlier, group, later] = [new Group(), new Group(), new Group()];
  const [before, after, last] = [entryOf("a", 10), entryOf("a", 20), entryOf("a", 30)];
  earlier.add(before);
  group.add(entryOf("b", 1)); // it has the place that the other one had
  group.replace(before, after);
  group.replace(after, last);
  assert.deepEqual(written(group), [
    ["a", 30],
    ["b", 1],
  ]);
  later.remove(last);
  assert.deepEqual(written(later), [["a", undefined]]);
  group.remove(last);
  assert.deepEqual(written(group), [
    ["a", undefined],
    ["b", 1],
  ]);
});
