// The room of one endpoint: how many calls may be in flight, and who is woken when there is room again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EndpointRoom } from "../../src/engine/endpoint-room.js";

function setUp(most: number, names: readonly string[]) {
  const room = new EndpointRoom(most);
  const woken: string[] = [];
  const wakes = new Map(names.map((name) => [name, () => void woken.push(name)]));
  const wake = (name: string) => wakes.get(name) as () => void;
  /** Begins a call if there is room. */
  const begin = (name: string) => {
    const has = room.has(wake(name));
    if (has) room.take(wake(name));
    return has;
  };
  return { room, woken, begin };
}

test("no more calls begin than there is room for, until one ends", () => {
  const { room, begin, woken } = setUp(2, ["a"]);
  assert.deepEqual([begin("a"), begin("a"), begin("a")], [true, true, false]);
  room.free();
  assert.deepEqual(woken, ["a"]);
  assert.deepEqual([begin("a"), begin("a")], [true, false]);
});

test("a lane that found room is not woken", () => {
  const { room, begin, woken } = setUp(2, ["a"]);
  begin("a");
  room.free();
  assert.deepEqual(woken, []);
});

test("the places go round, however busy one is", () => {
  const { room, begin, woken } = setUp(1, ["a", "b", "c"]);
  for (const name of ["a", "a", "b", "c"]) begin(name);
  const served: string[] = [];
  for (let round = 0; round < 6; round++) {
    woken.splice(0);
    room.free();
    for (const name of [...woken]) while (begin(name)) served.push(name);
  }
  assert.deepEqual(served, ["b", "c", "a", "b", "c", "a"]);
});
