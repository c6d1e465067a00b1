// The lane of one function: whose turn it is, how many calls are in flight, and what follows when its endpoint is down.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EndpointRoom } from "../../src/engine/endpoint-room.js";
import type { Instance } from "../../src/engine/instance.js";
import { Lane } from "../../src/engine/lane.js";
import { ManualClock } from "../support/manual-clock.js";
import { at } from "./functions.js";
import { Parts } from "./parts.js";

const { instances } = new Parts();
const instance = (id: string) => instances.wake(at(`f/${id}`));
/** Stands for the address of a call when the test does not care whose call it is. */
const any = instance("any");

function setUp(mostInFlight = 2) {
  const clock = new ManualClock();
  let woken = 0;
  const lane = new Lane(clock, mostInFlight, undefined, () => {
    woken += 1;
  });
  const begin = (): Instance | undefined => {
    const next = lane.next();
    if (next !== undefined) lane.began();
    return next;
  };
  return { clock, lane, begin, woken: () => woken };
}

/** Ends calls that had no connection until the endpoint counts as down. */
function takeDown({ lane }: Pick<ReturnType<typeof setUp>, "lane">): void {
  for (let count = 0; count < 3; count++) {
    lane.began();
    lane.ended(any, "unreachable");
  }
}

test("addresses have their turn in the order in which they joined, each once", () => {
  const { lane } = setUp();
  for (const id of ["a", "b", "a"]) lane.join(instance(id));
  assert.equal(lane.next(), instance("a"));
  lane.join(instance("a"));
  assert.deepEqual([lane.next(), lane.next(), lane.next()], [instance("b"), instance("a"), undefined]);
});

test("no more calls begin than may be in flight, until one ends", () => {
  const { lane, begin } = setUp(2);
  for (const id of ["a", "b", "c"]) lane.join(instance(id));
  assert.deepEqual([begin(), begin(), begin()], [instance("a"), instance("b"), undefined]);
  lane.ended(any, "answered");
  assert.equal(begin(), instance("c"));
});

test("an endpoint that was not reached three times in a row is down; a call that reaches it in between counts anew", () => {
  const { lane } = setUp();
  for (const reached of [false, false, true, false, false]) {
    lane.began();
    lane.ended(any, reached ? "answered" : "unreachable");
  }
  assert.equal(lane.down, false);
  lane.began();
  lane.ended(any, "unreachable");
  assert.equal(lane.down, true);
});

test("a lane that is down waits 100 ms, then 200, up to 10 s, and lets one call at a time try", async () => {
  const set = setUp(5);
  const { lane, clock, begin, woken } = set;
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
    lane.ended(any, "unreachable");
  }
  await clock.advance(10_000);
  begin();
  lane.ended(any, "answered");
  assert.equal(lane.down, false);
  assert.ok(begin() !== undefined && begin() !== undefined, "as many as before");
});

test("calls that were in flight when the wait began do not make it longer", async () => {
  const set = setUp(100);
  const { lane, clock, woken } = set;
  lane.join(instance("a"));
  for (let count = 0; count < 50; count++) lane.began();
  for (let count = 0; count < 50; count++) lane.ended(any, "unreachable");
  await clock.advance(100);
  assert.equal(woken(), 1);
  assert.equal(lane.next(), instance("a"));
  await clock.advance(60_000);
  assert.equal(woken(), 1, "there is one wait, of one length");
});

test("a call from before the wait that reaches the endpoint ends the wait at once", async () => {
  const set = setUp(5);
  const { lane, clock, woken } = set;
  lane.join(instance("a"));
  lane.began();
  takeDown(set);
  assert.equal(lane.next(), undefined);
  lane.ended(any, "answered");
  assert.equal(woken(), 1);
  assert.equal(lane.next(), instance("a"));
  await clock.advance(60_000);
  assert.equal(woken(), 1, "its timer is gone");
});

test("calls that were refused, lost or slow do not take an endpoint down, and end its wait", async () => {
  const { lane, clock, begin, woken } = setUp(5);
  for (let id = 0; id < 50; id++) {
    lane.began();
    lane.ended(instance(`${id}`), "unanswered");
  }
  assert.equal(lane.down, false);
  takeDown({ lane });
  lane.join(instance("a"));
  await clock.advance(100);
  assert.equal(woken(), 1);
  assert.equal(begin(), instance("a"));
  lane.ended(instance("a"), "unanswered");
  assert.equal(lane.down, false, "there was a connection");
});

test("ten addresses in a row without an answer show that the endpoint is to blame; an answer or a failure between them that it is not", () => {
  for (const other of ["answered", "failed"] as const) {
    const { lane } = setUp();
    const unanswered = (id: number) => {
      lane.began();
      lane.ended(instance(`${id}`), "unanswered");
    };
    for (let count = 0; count < 30; count++) unanswered(count % 9);
    assert.equal(lane.unanswering, false, "nine addresses, however often");
    lane.began();
    lane.ended(any, other);
    for (let id = 0; id < 10; id++) {
      assert.equal(lane.unanswering, false);
      unanswered(id);
    }
    assert.equal(lane.unanswering, true);
    lane.began();
    lane.ended(any, other);
    assert.equal(lane.unanswering, false);
  }
});

test("calls that were given up, and those that met a failing store, say nothing about the endpoint", async () => {
  const { lane, clock, woken } = setUp();
  takeDown({ lane });
  for (const kind of ["givenUp", "storeFailed"] as const) {
    lane.began();
    lane.ended(any, kind);
  }
  assert.deepEqual([lane.down, woken()], [true, 0]);
  await clock.advance(100);
  assert.equal(woken(), 1);
});

test("lanes share the room of their endpoint, and the lane that waits longest is woken first", () => {
  const room = new EndpointRoom(2);
  const woken: string[] = [];
  const laneOf = (name: string) => new Lane(new ManualClock(), 10, room, () => woken.push(name));
  const [busy, other] = [laneOf("busy"), laneOf("other")];
  const begin = (lane: Lane) => {
    const next = lane.next();
    if (next !== undefined) lane.began();
    return next;
  };
  for (const id of ["a", "b", "c", "d"]) busy.join(instance(`busy ${id}`));
  other.join(instance("other"));
  assert.deepEqual([begin(busy), begin(busy), begin(busy)], [instance("busy a"), instance("busy b"), undefined]);
  assert.equal(begin(other), undefined);
  busy.ended(any, "answered");
  assert.deepEqual(woken.splice(0), ["other", "busy"]);
  assert.equal(begin(other), instance("other"));
  assert.equal(begin(busy), undefined);
  other.ended(any, "failed");
  assert.deepEqual(woken, ["busy"]);
  assert.equal(begin(busy), instance("busy c"));
});
