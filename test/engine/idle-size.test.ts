// How many idle addresses stay in memory: as many as are called again soon.

import assert from "node:assert/strict";
import { test } from "node:test";
import { IdleSize } from "../../src/engine/idle-size.js";

/** Calls addresses in the order of these ids. Each address rests before the next one is called. */
function call(size: IdleSize, calls: number, idOf: (call: number) => number): void {
  for (let number = 0; number < calls; number++) {
    const id = String(idOf(number));
    const watched = size.watches(id);
    if (watched) size.called(id);
    size.rests(id, watched);
  }
}

test("addresses that are not called again make room at once", () => {
  const size = new IdleSize();
  assert.equal(size.size, 2_000, "until it is known");
  call(size, 40_000, (number) => number);
  assert.equal(size.size, 125);
});

test("addresses that are called in turn stay, if they are not too many", () => {
  const kept = (addresses: number) => {
    const size = new IdleSize();
    call(size, 200_000, (number) => number % addresses);
    return size.size;
  };
  assert.equal(kept(100), 125);
  assert.equal(kept(900), 1_000);
  assert.equal(kept(7_000), 8_000);
  assert.equal(kept(50_000), 125, "none of them would be found");
});

test("a few addresses that are called most of the time need no room for the others", () => {
  const size = new IdleSize();
  call(size, 200_000, (number) => (number % 5 === 0 ? number : number % 40));
  assert.equal(size.size, 125);
});

test("the size follows what is called, in both directions", () => {
  const size = new IdleSize();
  const sizes: number[] = [];
  for (let phase = 0; phase < 4; phase++) {
    call(size, 100_000, (number) => (phase % 2 === 0 ? 1_000_000 * phase + number : number % 3_500));
    sizes.push(size.size);
  }
  assert.deepEqual(sizes, [125, 4_000, 125, 4_000]);
});

test("one id in eight is watched, whatever ids look like", () => {
  const { watches } = IdleSize.prototype;
  const forms = [String, (id: number) => `user-${id}/orders`, (id: number) => id.toString(36).padStart(12, "0")];
  for (const form of forms) {
    let watched = 0;
    for (let id = 0; id < 80_000; id++) if (watches(form(id))) watched += 1;
    assert.ok(watched > 7_000 && watched < 13_000, `${watched} of ids like ${form(7)}`);
  }
});
