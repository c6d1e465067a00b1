// What an engine has under way, and what its end leaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../src/store/memory-store.js";
import { LifeStore } from "../../src/testing/life-store.js";
import { Work } from "../../src/testing/work.js";
import { Gate } from "../support/gate.js";

const stuck = new Error("stuck");
const how = { leaveRunning: false, patienceMs: 5_000, onStuck: () => stuck, check: () => {} };
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Waits for so many resolved promises. */
async function hops(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await null;
}

test("work that begins after any number of resolved promises is waited for", async () => {
  const work = new Work();
  let done = false;
  const chain = async () => {
    for (let step = 0; step < 5; step += 1) {
      await work.inside(() => hops(3));
      await hops(50);
      await new Promise<void>((resolve) => work.nextTurn(resolve));
      await hops(50);
    }
    done = true;
  };
  void chain();
  await work.quiet(how);
  assert.equal(done, true);
});

test("code of the user is waited for, or left to wait", async () => {
  const work = new Work();
  const end = work.running();
  await work.quiet({ ...how, leaveRunning: true });
  await assert.rejects(work.quiet({ ...how, patienceMs: 5 }), stuck);
  let quiet = false;
  const waiting = work.quiet(how).then(() => {
    quiet = true;
  });
  await turn();
  assert.equal(quiet, false);
  end();
  end();
  await waiting;
});

test("whoever waits is told at once when there is reason to wait no more", async () => {
  const work = new Work();
  const end = work.running();
  const check = () => {
    throw stuck;
  };
  const waiting = assert.rejects(work.quiet({ ...how, check }), stuck);
  await turn();
  work.nextTurn(() => {});
  await waiting;
  end();
});

test("nothing goes on after the end, and nobody waits for it", async () => {
  const work = new Work();
  const store = new MemoryStore();
  const life = new LifeStore(store, work);
  await life.write([["a", new Uint8Array([1])]]);
  const gate = new Gate();
  const done: string[] = [];
  void work.inside(() => gate.promise).then(() => done.push("inside"));
  work.nextTurn(() => done.push("turn"));
  work.running();
  work.end();
  gate.open();
  void life.write([["b", new Uint8Array([1])]]).then(() => done.push("write"));
  void life.entries({ from: "", to: "z", limit: 9 }).then(() => done.push("entries"));
  await work.quiet(how);
  await turn();
  assert.deepEqual(done, []);
  assert.deepEqual(await store.keys({ from: "", to: "z", limit: 9 }), ["a"]);
});
