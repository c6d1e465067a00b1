// Many parked addresses at once: people choose them, retry them, or drop their messages, in bounded steps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefunError } from "../../src/errors.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch } from "./functions.js";
import { open, type Running } from "./support.js";

const policy = { retry: { attempts: 1 } };

/** Functions f and g, which fail until they are mended, and then keep what they get. */
function fragile() {
  const handled: string[] = [];
  const state = { mended: false, handled };
  const handle = ({ messages, self }: Batch) => {
    if (!state.mended) throw new StatefunError(self.startsWith("g") ? "VALUE_INVALID" : "HANDLER_FAILED", "not now");
    handled.push(...messages.map((message) => `${self} ${message}`));
  };
  return { state, functions: { f: { handle, maxBatch: 1 }, g: { handle, maxBatch: 1 } } };
}

/** Parks f/0 to f/2 and g/0 to g/2, with two messages each. */
async function parkSix(running: Running): Promise<void> {
  for (const id of ["0", "1", "2"]) {
    for (const name of ["f", "g"]) for (const value of ["1", "2"]) await running.send(`${name}/${id}`, value);
    await running.settle();
    await running.clock.advance(1000);
  }
}

const parkedIds = async (running: Running, ...page: Partial<Parameters<Running["engine"]["parked"]>>) => {
  const [range, filter] = page;
  const found = await running.engine.parked(range ?? { limit: 100 }, filter);
  return found.map(({ address }) => `${address.name}/${address.id}`);
};

test("parked addresses are chosen by function, id, code and age, a page at a time", async (t) => {
  const { functions } = fragile();
  const running = await open(t, { functions, policy });
  await parkSix(running);
  const all = ["f/0", "f/1", "f/2", "g/0", "g/1", "g/2"];
  const limit = 100;
  assert.deepEqual(await parkedIds(running), all);
  assert.deepEqual(await parkedIds(running, { limit }, { typeName: "test/g" }), all.slice(3));
  assert.deepEqual(await parkedIds(running, { limit, after: at("f/9") }, { typeName: "test/f" }), []);
  assert.deepEqual(await parkedIds(running, { limit, after: at("f/1") }, { typeName: "test/g" }), all.slice(3));
  assert.deepEqual(await parkedIds(running, { limit }, { id: "1" }), ["f/1", "g/1"]);
  assert.deepEqual(await parkedIds(running, { limit }, { code: "VALUE_INVALID" }), all.slice(3));
  assert.deepEqual(await parkedIds(running, { limit }, { olderThan: 2500 }), ["f/0", "g/0"]);
  assert.deepEqual(await parkedIds(running, { limit }, { newerThan: 1000 }), ["f/2", "g/2"]);
  assert.deepEqual(await parkedIds(running, { limit: 2, after: at("f/1") }), ["f/2", "g/0"]);
  assert.deepEqual(await parkedIds(running, { limit: 1, after: at("f/1") }, { id: "1" }), ["g/1"]);
  await rejectsCode(running.engine.parked({ limit: 1 }, { typeName: "nothing" }), "TYPE_NAME_INVALID");
  await rejectsCode(running.engine.retryAll({ function: "test/f" } as object), "OPTION_INVALID");
});

test("all chosen addresses are retried, and no other; a retry survives a restart", async (t) => {
  const { state, functions } = fragile();
  const running = await open(t, { functions, policy });
  await parkSix(running);
  await running.reopen();
  state.mended = true;
  const progress: number[] = [];
  const swept = await running.engine.retryAll({ typeName: "test/f" }, { onProgress: (done) => progress.push(done) });
  assert.deepEqual([swept.done, swept.next, progress], [3, undefined, [3]]);
  await running.settle();
  assert.deepEqual(state.handled.sort(), ["f/0 1", "f/0 2", "f/1 1", "f/1 2", "f/2 1", "f/2 2"]);
  await running.reopen();
  assert.deepEqual(await parkedIds(running), ["g/0", "g/1", "g/2"]);
  assert.equal(running.engine.metrics.parked, 3);
});

test("an address that fails again, or is parked while the sweep goes on, is not touched", async (t) => {
  const { functions } = fragile();
  const running = await open(t, { functions, policy });
  await parkSix(running);
  let calls = running.engine.metrics.batchFailures;
  const first = await running.engine.retryAll({}, { limit: 4 });
  assert.deepEqual([first.done, `${first.next}`], [4, "test/g/0"]);
  await running.settle();
  assert.equal(running.engine.metrics.batchFailures - calls, 4);
  await running.clock.advance(10);
  await running.engine.park(at("g/3"), "by hand, later");
  calls = running.engine.metrics.batchFailures;
  const { through, next } = first;
  const rest = await running.engine.dropAll("all", {}, { through, ...(next && { after: next }) });
  await running.settle();
  assert.deepEqual([rest.done, rest.messages, rest.next], [2, 4, undefined]);
  assert.equal(running.engine.metrics.batchFailures - calls, 0);
  assert.deepEqual(await parkedIds(running), ["f/0", "f/1", "f/2", "g/0", "g/3"]);
});

test("the first messages are dropped, and the others are delivered", async (t) => {
  const { state, functions } = fragile();
  const running = await open(t, { functions, policy });
  await parkSix(running);
  state.mended = true;
  const { done, messages } = await running.engine.dropAll("first", { id: "1" });
  await running.settle();
  assert.deepEqual([done, messages], [2, 2]);
  assert.deepEqual(state.handled.sort(), ["f/1 2", "g/1 2"]);
});

test("addresses of a function that nothing serves are dropped too", async (t) => {
  const store = new MemoryStore();
  const { functions } = fragile();
  const before = await open(t, { store, functions, policy });
  await parkSix(before);
  await before.close();
  const running = await open(t, { store, functions: { f: functions.f }, now: before.clock.now() });
  const { done, messages } = await running.engine.dropAll("all", { typeName: "test/g" });
  assert.deepEqual([done, messages, running.engine.metrics.parked], [3, 6, 3]);
  assert.equal((await running.engine.inspect(at("g/0"))).depth, 0);
});

test("a sweep that the store refuses says so, and what was done stays done", async (t) => {
  const { functions } = fragile();
  const running = await open(t, { functions, policy });
  await parkSix(running);
  running.store.failReads = "STORE_FAILED";
  await rejectsCode(running.engine.retryAll(), "STORE_FAILED");
  running.store.failReads = undefined;
  assert.equal((await running.engine.retryAll()).done, 6);
});

for (const [name, sweep] of [
  ["retry", (running: Running) => running.engine.retryAll()],
  ["drop", (running: Running) => running.engine.dropAll("first")],
] as const) {
  test(`a ${name} of more addresses than fit into memory lets most of them sleep, and each message comes once`, async (t) => {
    const gate = new Gate();
    const seen: string[] = [];
    const running = await open(t, {
      functions: {
        async f({ messages, self }) {
          await gate.promise;
          seen.push(...messages.map((message) => `${self} ${message}`));
        },
      },
      limits: { memoryBytes: 100_000, inFlight: 5 },
    });
    const count = 500;
    for (let id = 0; id < count; id++) {
      await running.engine.park(at(`f/${id}`), "for the test");
      for (const value of ["1", "2"]) await running.send(`f/${id}`, value);
    }
    await running.reopen();
    await running.settle();
    assert.equal((await sweep(running)).done, count);
    await running.settle();
    assert.ok(running.engine.metrics.mailboxMessages > 0);
    for (const id of ["3", "400"]) await running.send(`f/${id}`, "later");
    gate.open();
    await running.settle();
    const expected = Array.from({ length: count }, (_, id) => [`f/${id} 1`, `f/${id} 2`]);
    const left = expected.flatMap((both) => (name === "drop" ? both.slice(1) : both));
    assert.deepEqual(seen.sort(), [...left, "f/3 later", "f/400 later"].sort());
    assert.deepEqual([running.engine.metrics.parked, running.engine.metrics.mailboxMessages], [0, 0]);
  });
}
