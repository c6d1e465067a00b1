// The time of a test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../src/testing/virtual-clock.js";

test("timers go off when their time has come, in the order of their times, and of one moment in the order of their making", () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  for (const [ms, name] of [
    [20, "c"],
    [10, "a"],
    [10, "b"],
    [30, "d"],
  ] as const)
    clock.after(ms, () => fired.push(name));
  assert.equal(clock.next, 10);
  assert.equal(clock.fire(), false);
  clock.moveTo(20);
  assert.equal(clock.fire(), true);
  assert.deepEqual([fired, clock.next, clock.fire()], [["a", "b", "c"], 30, false]);
});

test("a timer that is cancelled does not go off, and a timer that a timer sets for now goes off with it", () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  clock.after(5, () => fired.push("cancelled")).cancel();
  clock.after(-5, () => clock.after(0, () => fired.push("inner")));
  assert.equal(clock.fire(), true);
  clock.moveTo(10);
  assert.equal(clock.fire(), false);
  assert.deepEqual(fired, ["inner"]);
});

test("a timer that sets another one for later has gone off", () => {
  const clock = new VirtualClock(0);
  clock.after(0, () => clock.after(5, () => {}));
  assert.deepEqual([clock.fire(), clock.next], [true, 5]);
});

test("the time does not go back", () => {
  const clock = new VirtualClock(5);
  clock.moveTo(3);
  assert.equal(clock.now(), 5);
});

test("a branch has the same time, and no timers after its end", () => {
  const clock = new VirtualClock(0);
  const branch = clock.branch();
  const fired: string[] = [];
  branch.after(1, () => fired.push("before"));
  clock.after(1, () => fired.push("other"));
  branch.end();
  branch.after(1, () => fired.push("after"));
  clock.moveTo(1);
  clock.fire();
  assert.deepEqual([fired, branch.now(), clock.next], [["other"], 1, undefined]);
});
