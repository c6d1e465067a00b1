// Egress records: in order, within the window, again after a rejection or a restart, never before they are durable.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import type { Batch } from "./functions.js";
import { open, stores, Taker } from "./support.js";

const functions = {
  /** Sends as many records as the message says. */
  f(batch: Batch) {
    for (const message of batch.messages) {
      const [count = 0, bytes = 0] = message.split("x").map(Number);
      for (let index = 0; index < count; index += 1) batch.egress("all", `${index}`.padEnd(bytes));
    }
  },
};

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

for (const store of stores) {
  test(`records come in order, no more at once than the window, and acknowledged ones never again, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    const gates: Gate[] = [];
    const taker = new Taker(3, () => gates[gates.push(new Gate()) - 1]?.promise);
    running.engine.attach("out/all", taker);
    await running.send("f/a", "10x0");
    await running.settle();
    assert.deepEqual(taker.values, ["0", "1", "2"]);
    gates[1]?.open();
    await running.settle();
    assert.deepEqual(taker.values, ["0", "1", "2", "3"]);
    await running.clock.advance(100);
    await running.reopen();
    const again = new Taker(100);
    running.engine.attach("out/all", again);
    await running.settle();
    assert.deepEqual(
      again.values,
      numbers(10).filter((value) => value !== "1"),
    );
    assert.deepEqual([taker.ids[0], taker.ids[2], taker.ids[3]], again.ids.slice(0, 3));
    assert.deepEqual(again.ids, again.ids.toSorted());
    await running.clock.advance(100);
    assert.equal(running.engine.metrics.outboxRecords, 0);
    await running.reopen();
    const nothing = new Taker();
    running.engine.attach("out/all", nothing);
    await running.settle();
    assert.deepEqual(nothing.values, []);
  });

  test(`4,000 records that nobody took are kept over restarts and taken in order, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    await running.send("f/a", "4000x1000");
    await running.settle();
    await running.reopen();
    await running.settle(); // records from before the start are counted in the background
    assert.equal(running.engine.metrics.outboxRecords, 4000);
    let left = 1500;
    const taken: string[] = [];
    const first = new Taker(10, ({ value }) => {
      left -= 1;
      if (left < 0) return new Promise<void>(() => {});
      taken.push(Buffer.from(value.value).toString().trim());
    });
    running.engine.attach("out/all", first);
    await running.settle();
    await running.clock.advance(100);
    await running.reopen();
    const second = new Taker(10);
    running.engine.attach("out/all", second);
    await running.settle();
    assert.deepEqual([...taken, ...second.values.map((value) => value.trim())], numbers(4000));
  });
}

test("a rejected record comes again, later and later, with its id; after close it does not", async (t) => {
  const running = await open(t, { functions });
  const times: number[] = [];
  const begun = running.clock.now();
  let takes = false;
  const taker = new Taker(1, () => {
    times.push(running.clock.now() - begun);
    if (!takes) throw new Error("not now");
  });
  running.engine.attach("out/all", taker);
  await running.send("f/a", "2x0");
  await running.clock.advance(1000);
  assert.deepEqual(times, [0, 100, 300, 700]);
  assert.equal(new Set(taker.ids).size, 1);
  takes = true;
  await running.clock.advance(1000);
  assert.deepEqual(taker.values, ["0", "0", "0", "0", "0", "1"]);
  takes = false;
  await running.send("f/a", "1x0");
  await running.settle();
  const calls = times.length;
  await running.close();
  await running.clock.advance(60_000);
  assert.equal(times.length, calls);
  await running.open();
});

test("an egress that is no longer there is refused, although records for it are kept", async (t) => {
  const store = new MemoryStore();
  const before = await open(t, { store, functions, egresses: ["out/all"] });
  await before.send("f/a", "2x0");
  await before.settle();
  await before.close();
  const running = await open(t, { store, functions, egresses: [], policy: { retry: { attempts: 1 } } });
  assert.equal(running.engine.metrics.outboxRecords, 2);
  await running.send("f/a", "1x0");
  await running.settle();
  assert.equal((await running.engine.parked({ limit: 1 }))[0]?.code, "EGRESS_UNKNOWN");
  const taker = new Taker();
  running.engine.attach("out/all", taker);
  await running.settle();
  assert.deepEqual(taker.values, ["0", "1"]);
});

test("a record never leaves before it is durable, a spilled one neither", async (t) => {
  const running = await open(t, { functions });
  const taker = new Taker(100_000);
  running.engine.attach("out/all", taker);
  running.store.hold();
  const first = running.send("f/a", "3000x1000");
  await running.settle();
  const second = running.send("f/a", "3000x1000");
  await running.clock.advance(1000);
  assert.equal(running.engine.metrics.egressRecords, 6000);
  assert.deepEqual(taker.values, []);
  // The first group is written now, the second one is not.
  running.store.release();
  running.store.hold();
  await first;
  await running.clock.advance(1000);
  assert.ok(taker.values.length > 0 && taker.values.length <= 3000, `${taker.values.length} came`);
  running.store.release();
  await second;
  await running.settle();
  assert.equal(taker.values.length, 6000);
});

test("an answer to a client never comes before it is durable", async (t) => {
  let answered = false;
  const running = await open(t, {
    functions: {
      f(batch) {
        batch.reply("done");
      },
    },
  });
  running.store.hold();
  const answer = running.call("f/a", "x", { idempotencyKey: "key" }).then(() => {
    answered = true;
  });
  await running.clock.advance(1000);
  assert.equal(running.engine.metrics.messagesDelivered, 1);
  assert.equal(answered, false);
  running.store.release();
  await answer;
});

test("an acknowledgement that the store takes at the end is kept; else the record comes again, and the log says so", async (t) => {
  for (const hasRoom of [true, false]) {
    const running = await open(t, { functions });
    const gate = new Gate();
    running.engine.attach("out/all", new Taker(1, () => gate.promise));
    await running.send("f/a", "1x0");
    await running.settle();
    running.store.failWrites = "STORE_FULL";
    await rejectsCode(running.send("f/a", "1x0", { delayMs: 1_000_000 }), "STORE_FULL");
    gate.open();
    await running.settle();
    assert.equal(running.engine.metrics.egressAcknowledged, 1);
    if (hasRoom) running.store.release();
    await running.close();
    assert.equal(running.log.filter((line) => line.includes("last changes are lost")).length, hasRoom ? 0 : 1);
    running.store.release();
    await running.open();
    const again = new Taker();
    running.engine.attach("out/all", again);
    await running.settle();
    assert.deepEqual(again.values, hasRoom ? [] : ["0"]);
  }
});
