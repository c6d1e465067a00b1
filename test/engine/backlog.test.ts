// What waits, and the memory that all who wait share.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backlog, Memory } from "../../src/engine/backlog.js";

test("what waits counts in the whole, too", () => {
  const memory = new Memory(1000);
  const whole = new Backlog(memory);
  const [one, two] = [new Backlog(memory, whole), new Backlog(memory, whole)];
  one.add(10);
  two.add(20);
  two.found(5);
  assert.deepEqual([one.entries, one.bytes, two.entries, whole.entries, whole.bytes], [1, 10, 6, 7, 30]);
  two.remove(20);
  two.remove(0);
  assert.deepEqual([two.entries, two.bytes, whole.entries, whole.bytes], [4, 0, 5, 10]);
});

test("entries from before the start that leave before they are counted do not count below nothing", () => {
  const backlog = new Backlog(new Memory(1000));
  backlog.remove(0);
  assert.equal(backlog.entries, 0);
  backlog.found(3);
  assert.equal(backlog.entries, 2);
});

test("one backlog takes half of the memory, two take two thirds, and each of many has room for one thing", () => {
  const memory = new Memory(1200);
  const fill = () => {
    const backlog = new Backlog(memory);
    while (backlog.hasRoom(10)) backlog.load(10);
    return backlog;
  };
  const first = fill();
  assert.equal(memory.used, 600);
  fill();
  assert.equal(memory.used, 900);
  for (let count = 0; count < 20; count++) assert.ok(fill().loaded > 0);
  first.load(-600);
  assert.ok(first.hasRoom(10));
});

test("queues take of the same memory, and one queue always has room", () => {
  const memory = new Memory(1000);
  const backlog = new Backlog(memory);
  assert.ok(backlog.hasRoomBeside(2000));
  backlog.loadBeside(600);
  assert.equal(backlog.hasRoomBeside(1), false);
  assert.ok(backlog.hasRoom(5000), "nothing is loaded yet");
  backlog.load(100);
  assert.equal(backlog.hasRoom(100), false);
  backlog.loadBeside(-600);
  assert.ok(backlog.hasRoomBeside(800));
});
