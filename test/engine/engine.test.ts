// Closing: what is in flight is finished within the time given, and what is not comes again, once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch } from "./functions.js";
import { open, Taker } from "./support.js";

function counter(gate: { open: Gate }) {
  return {
    f: {
      states: ["count"],
      async handle(batch: Batch) {
        await gate.open.promise;
        batch.set("count", `${Number(batch.state("count") ?? 0) + batch.messages.length}`);
        batch.reply("done");
        batch.egress("all", batch.messages.join());
        batch.send("g/a", "x");
      },
    },
    g: {
      states: ["count"],
      handle(batch: Batch) {
        batch.set("count", `${Number(batch.state("count") ?? 0) + batch.messages.length}`);
      },
    },
  };
}

test("a call in flight is finished and its client answered; nothing new is taken or begun", async (t) => {
  const gate = { open: new Gate() };
  const running = await open(t, { functions: counter(gate) });
  const answer = running.call("f/a", "1");
  await running.settle();
  const closed = running.close(1000);
  await rejectsCode(running.send("f/a", "2"), "SHUTTING_DOWN");
  await rejectsCode(running.call("f/a", "2"), "SHUTTING_DOWN");
  assert.equal(running.engine.trouble?.code, "SHUTTING_DOWN");
  gate.open.open();
  assert.equal(await answer, "done");
  await closed;
  await running.open();
  await running.settle();
  assert.equal(await running.state("f/a", "count"), "1");
  assert.equal(await running.state("g/a", "count"), "1");
});

test("a call that takes longer is given up: its client gets the error, and its message comes again", async (t) => {
  const gate = { open: new Gate() };
  const running = await open(t, { functions: counter(gate) });
  const answer = rejectsCode(running.call("f/a", "1"), "SHUTTING_DOWN");
  await running.settle();
  const set = rejectsCode(running.engine.setState(at("f/a"), "count", undefined), "SHUTTING_DOWN");
  const late = gate.open;
  gate.open = new Gate();
  await running.close(10);
  await Promise.all([answer, set]);
  await running.open();
  await running.settle();
  // Now both answer: the one that was given up must not count.
  late.open();
  await running.settle();
  gate.open.open();
  await running.settle();
  assert.equal(await running.state("f/a", "count"), "1");
  assert.equal(await running.state("g/a", "count"), "1");
  const taker = new Taker();
  running.engine.attach("out/all", taker);
  await running.settle();
  assert.deepEqual(taker.values, ["1"]);
});

test("closing an engine whose store can't be written ends, and closing twice is closing once", async (t) => {
  const gate = { open: new Gate() };
  gate.open.open();
  const running = await open(t, { functions: counter(gate) });
  await running.send("f/a", "1");
  await running.settle();
  running.store.failWrites = "STORE_FULL";
  const sent = rejectsCode(running.send("f/a", "2"), "STORE_FULL");
  await Promise.all([running.engine.close(0), running.engine.close(10), running.clock.advance(10)]);
  await sent;
  await running.engine.settle();
  running.store.release();
  await running.open();
  assert.equal(await running.state("f/a", "count"), "1");
});
