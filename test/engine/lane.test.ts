// The lane of one endpoint: whose turn it is, how many calls are in flight, and what an endpoint does that is down.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instance } from "../../src/engine/instance.js";
import { Lane } from "../../src/engine/lane.js";
import { ManualClock } from "../support/manual-clock.js";
import { at } from "./functions.js";
import { Parts } from "./parts.js";

function setUp(mostInFlight = 2) {
  const clock = new ManualClock();
  let woken = 0;
  const lane = new Lane(clock, mostInFlight, () => {
    woken += 1;
  });
  const { instances } = new Parts();
  const instance = (id: string) => instances.wake(at(`f/${id}`));
  const begin = (): Instance | undefined => {
    const next = lane.next();
    if (next !== undefined) lane.began();
    return next;
  };
  return { clock, lane, instance, begin, woken: () => woken };
}

/** Ends calls without an answer until the endpoint counts as down. */
function takeDown({ lane }: Pick<ReturnType<typeof setUp>, "lane">): void {
  for (let count = 0; count < 3; count++) {
    lane.began();
    lane.ended(false);
  }
}

test("addresses have their turn in the order in which they joined, each once", () => {
  const { lane, instance } = setUp();
  for (const id of ["a", "b", "a"]) lane.join(instance(id));
  assert.equal(lane.next(), instance("a"));
  lane.join(instance("a"));
  assert.deepEqual([lane.next(), lane.next(), lane.next()], [instance("b"), instance("a"), undefined]);
});

test("no more calls begin than may be in flight, until one ends", () => {
  const { lane, instance, begin } = setUp(2);
  for (const id of ["a", "b", "c"]) lane.join(instance(id));
  assert.deepEqual([begin(), begin(), begin()], [instance("a"), instance("b"), undefined]);
  lane.ended(true);
  assert.equal(begin(), instance("c"));
});

test("an endpoint that was not reached three times in a row is down; a call that reaches it in between counts anew", () => {
  const { lane } = setUp();
  for (const reached of [false, false, true, false, false]) {
    lane.began();
    lane.ended(reached);
  }
  assert.equal(lane.down, false);
  lane.began();
  lane.ended(false);
  assert.equal(lane.down, true);
});

test("a lane that is down waits 100 ms, then 200, up to 10 s, and lets one call at a time try", async () => {
  const set = setUp(5);
  const { lane, clock, instance, begin, woken } = set;
  for (const id of ["a", "b", "c"]) lane.join(instance(id));
  takeDown(set);
  let wakes = 0;
  for (const waitMs of [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]) {
    await clock.advance(waitMs - 1);
    assert.equal(begin(), undefined, `before ${waitMs} ms`);
    await clock.advance(1);
    wakes += 1;
    assert.equal(woken(), wakes);
    const tried = begin();
    assert.ok(tried !== undefined);
    assert.equal(begin(), undefined, "one at a time");
    lane.join(tried);
    lane.ended(false);
  }
  await clock.advance(10_000);
  begin();
  lane.ended(true);
  assert.equal(lane.down, false);
  assert.ok(begin() !== undefined && begin() !== undefined, "as many as before");
});

test("calls that were in flight when the wait began do not make it longer", async () => {
  const set = setUp(100);
  const { lane, clock, instance, woken } = set;
  lane.join(instance("a"));
  for (let count = 0; count < 50; count++) lane.began();
  for (let count = 0; count < 50; count++) lane.ended(false);
  await clock.advance(100);
  assert.equal(woken(), 1);
  assert.equal(lane.next(), instance("a"));
  await clock.advance(60_000);
  assert.equal(woken(), 1, "there is one wait, of one length");
});

test("a call from before the wait that reaches the endpoint ends the wait at once", async () => {
  const set = setUp(5);
  const { lane, clock, instance, woken } = set;
  lane.join(instance("a"));
  lane.began();
  takeDown(set);
  assert.equal(lane.next(), undefined);
  lane.ended(true);
  assert.equal(woken(), 1);
  assert.equal(lane.next(), instance("a"));
  await clock.advance(60_000);
  assert.equal(woken(), 1, "its timer is gone");
});
