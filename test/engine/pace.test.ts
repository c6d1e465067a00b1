// The pace of work in the background.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Pace } from "../../src/engine/pace.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { Parts } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

function setUp(t: TestContext) {
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store });
  return {
    parts,
    store,
    pace: new Pace(parts),
    pass(ms: number) {
      now += ms;
    },
  };
}

/** Whether the work goes on after everything has come to rest. */
async function goesOn(parts: Parts, wait: Promise<void> | undefined): Promise<boolean> {
  let done = wait === undefined;
  void wait?.then(() => {
    done = true;
  });
  await parts.settle();
  return done;
}

test("a pause comes after 500 entries, and ends by the clock", async (t) => {
  const { parts, pace } = setUp(t);
  for (let round = 0; round < 2; round += 1) {
    for (let count = 0; count < 499; count += 1) assert.equal(pace.after(0), undefined);
    const wait = pace.after(0);
    assert.equal(await goesOn(parts, wait), false);
    await parts.clock.advance(20);
    assert.equal(await goesOn(parts, wait), true);
  }
});

test("a pause comes after a mebibyte that was read", async (t) => {
  const { parts, pace } = setUp(t);
  assert.equal(pace.after(1024 * 1024 - 1), undefined);
  const wait = pace.after(1);
  assert.equal(await goesOn(parts, wait), false);
  await parts.clock.advance(20);
  assert.equal(await goesOn(parts, wait), true);
});

test("a pause lasts until what was changed is written", async (t) => {
  const { parts, store, pace } = setUp(t);
  store.hold();
  parts.commit.put("key", new Uint8Array(1));
  const wait = pace.after(1024 * 1024);
  await parts.clock.advance(1000);
  assert.equal(await goesOn(parts, wait), false);
  store.release();
  await parts.clock.advance(20);
  assert.equal(await goesOn(parts, wait), true);
});

test("after two milliseconds other work has a turn, without a pause", async (t) => {
  const { pace, pass } = setUp(t);
  assert.equal(pace.after(0), undefined);
  pass(1.9);
  assert.equal(pace.after(0), undefined);
  pass(0.1);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await pace.after(0);
  assert.equal(turned, true);
  assert.equal(pace.after(0), undefined, "the next turn has its own time");
});

test("a stop ends a pause", async (t) => {
  const { parts, pace } = setUp(t);
  const wait = pace.after(1024 * 1024);
  await parts.settle();
  assert.equal(pace.stopped, false);
  pace.stop();
  assert.equal(pace.stopped, true);
  assert.equal(await goesOn(parts, wait), true);
});
