// A store that can't be written or read for a while: who is told, and that nothing is lost or half done.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Batch } from "./functions.js";
import { open, Taker } from "./support.js";

/** Counts its messages in a state, tells g, an egress and whoever asked. */
const counter = {
  states: ["count"],
  handle(batch: Batch) {
    const count = Number(batch.state("count") ?? 0) + batch.messages.length;
    batch.set("count", String(count));
    for (const caller of batch.callers) if (caller !== undefined) batch.send(caller, String(count));
    for (const message of batch.messages) batch.egress("all", message);
  },
};

for (const code of ["STORE_FULL", "STORE_FAILED"] as const) {
  test(`on ${code} waiters get the error, new requests are refused, and the engine goes on when there is space`, async (t) => {
    const running = await open(t, { functions: { f: counter } });
    const taker = new Taker();
    running.engine.attach("out/all", taker);
    await running.send("f/a", "before");
    await running.settle();
    running.store.hold();
    running.store.failWrites = code;
    // The first group is being written when the others come: they are in the next one.
    const waiting = [running.send("f/a", "1"), running.call("f/a", "2")];
    await running.settle();
    waiting.push(running.send("f/a", "3"), running.call("f/a", "4", { idempotencyKey: "key" }));
    const told = waiting.map((one) => rejectsCode(one, code));
    await running.settle();
    running.store.release();
    running.store.failWrites = code;
    await running.settle();
    await Promise.all(told);
    assert.equal(running.engine.trouble?.code, code);
    await rejectsCode(running.send("f/a", "5"), code);
    await rejectsCode(running.call("f/a", "6"), code);
    await rejectsCode(running.engine.setState(at("f/a"), "count", undefined), code);
    assert.deepEqual(taker.values, ["before"]);
    running.store.release();
    await running.clock.advance(10_000);
    assert.equal(running.engine.trouble, undefined);
    assert.equal(await running.call("f/a", "4", { idempotencyKey: "key" }), "5");
    await running.send("f/a", "7");
    await running.reopen();
    assert.equal(await running.state("f/a", "count"), "6");
    assert.deepEqual(taker.values, ["before", "1", "2", "3", "4", "7"]);
  });
}

test("what the disk refused is lost at a restart, whole, and nothing that was acknowledged is", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  await running.send("f/a", "1");
  await running.settle();
  running.store.failWrites = "STORE_FULL";
  await rejectsCode(running.send("f/a", "2"), "STORE_FULL");
  await running.close();
  running.store.release();
  await running.open();
  assert.equal(await running.state("f/a", "count"), "1");
  const taker = new Taker();
  running.engine.attach("out/all", taker);
  await running.settle();
  assert.deepEqual(taker.values, ["1"]);
});

test("a batch that ends while the store can't be read is applied whole, once, and parks nobody", async (t) => {
  let answer = () => {};
  const seen: string[] = [];
  const running = await open(t, {
    policy: { retry: { attempts: 2 } },
    functions: {
      f: {
        states: ["count"],
        async handle(batch) {
          if (batch.messages[0] === "token") batch.after(1000, "g/a", "withdrawn", "t");
          else {
            await new Promise<void>((resolve) => {
              answer = resolve;
            });
            batch.set("count", `${Number(batch.state("count") ?? 0) + 1}`);
            batch.send("g/a", "sent");
            batch.cancel("t");
            batch.cancel("unknown");
            batch.after(10, "g/a", "later", "t");
            batch.reply("done");
          }
        },
      },
      g({ messages }) {
        seen.push(...messages);
      },
    },
  });
  await running.send("f/a", "token");
  await running.settle();
  const called = running.call("f/a", "go", { idempotencyKey: "key" });
  await running.settle();
  running.store.failWrites = "STORE_FULL";
  await rejectsCode(running.send("g/a", "much later", { delayMs: 60_000 }), "STORE_FULL");
  // As a store that is being opened again after a failed write: nothing can be read.
  running.store.failReads = "STORE_FULL";
  answer();
  await running.clock.advance(5000);
  running.store.release();
  await running.clock.advance(5000);
  answer();
  await running.clock.advance(5000);
  assert.deepEqual(seen, ["sent", "later"]);
  assert.equal(await running.state("f/a", "count"), "1");
  assert.equal(running.engine.metrics.parked, 0);
  assert.equal(await called, "done");
  assert.equal(running.engine.metrics.delayedPending, 1);
});

test("failed reads are logged once a minute, however many there are, and again while they go on failing", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  const flood = async () => {
    for (let count = 0; count < 20; count += 1) {
      await rejectsCode(running.call("f/a", "x", { idempotencyKey: `${count}` }), "STORE_FAILED");
      await rejectsCode(running.engine.inspect(at("f/a")), "STORE_FAILED");
    }
  };
  running.store.failReads = "STORE_FAILED";
  await flood();
  assert.deepEqual(running.log, ["The store can't be read: A read fails, as the test wants it."]);
  running.store.release();
  await running.clock.advance(59_000);
  running.store.failReads = "STORE_FAILED";
  await flood();
  assert.equal(running.log.length, 1);
  await running.clock.advance(1000);
  await flood();
  assert.equal(running.log.length, 2);
});
