// What waits by function and by egress, and for how long: the engine's numbers, with a clock that the test moves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mostLabels } from "../../src/engine/labelled.js";
import { Gate } from "../support/gate.js";
import type { Batch } from "./functions.js";
import { open, Taker } from "./support.js";

const seconds = (count: number) => count * 1_000;

/** A function whose calls wait for the gate that the test has set. */
function gated() {
  const world = { gate: new Gate(), functions: { f: () => world.gate.promise, g() {} } };
  return world;
}

test("the oldest message's age counts from when it came, behind others of its address too", async (t) => {
  const { gate, functions } = gated();
  const running = await open(t, { functions });
  const queue = (label: string) => running.engine.metrics.functionQueues.find((each) => each.label === label);
  await running.send("f/a", "1");
  await running.settle();
  await running.clock.advance(seconds(10));
  await running.send("f/a", "2");
  await running.clock.advance(seconds(20));
  assert.deepEqual(queue("test/f"), { label: "test/f", entries: 2, oldestSeconds: 30 });
  const inFlight = () => Array.from(running.engine.metrics.functions, ([, numbers]) => numbers.inFlight);
  assert.deepEqual(inFlight(), [1]);
  gate.open();
  await running.settle();
  assert.deepEqual(inFlight(), [0]);
  assert.deepEqual(queue("test/f"), { label: "test/f", entries: 0, oldestSeconds: 0 });
});

test("messages from before the start are counted by function, and have waited since the start", async (t) => {
  const world = gated();
  const running = await open(t, { functions: world.functions });
  for (const id of ["a", "b", "c"]) await running.send(`f/${id}`, "1");
  await running.clock.advance(seconds(100));
  await running.reopen();
  await running.send("f/a", "2");
  await running.settle();
  await running.clock.advance(seconds(7));
  const queues = () => running.engine.metrics.functionQueues;
  assert.deepEqual(queues(), [{ label: "test/f", entries: 4, oldestSeconds: 7 }]);
  world.gate.open();
  await running.settle();
  assert.deepEqual(queues(), [{ label: "test/f", entries: 0, oldestSeconds: 0 }]);
  await running.send("g/a", "1");
});

test("functions beyond the bound of labels share one", async (t) => {
  const names = Array.from({ length: mostLabels + 3 }, (_, index) => `f${index}`);
  const gate = new Gate();
  const running = await open(t, { functions: Object.fromEntries(names.map((name) => [name, () => gate.promise])) });
  for (const name of names) await running.send(`${name}/a`, "1");
  await running.settle();
  const queues = running.engine.metrics.functionQueues;
  assert.equal(queues.length, mostLabels + 1);
  assert.deepEqual(queues.at(-1), { label: "other", entries: 3, oldestSeconds: 0 });
  gate.open();
  await running.settle();
});

test("an egress shows its oldest record until that is acknowledged, and each try that failed", async (t) => {
  const running = await open(t, {
    functions: { f: (batch: Batch) => batch.egress("all", batch.messages[0] as string) },
  });
  let failing = true;
  const consumer = new Taker(100, () => (failing ? Promise.reject(new Error("not now")) : undefined));
  running.engine.attach("out/all", Object.assign(consumer, { failures: 40 }));
  await running.send("f/a", "1");
  await running.settle();
  await running.clock.advance(50);
  const [egress] = running.engine.metrics.egresses;
  assert.deepEqual(egress, { label: "out/all", entries: 1, oldestSeconds: 0.05, failures: 41 });
  failing = false;
  await running.clock.advance(seconds(10));
  const [later] = running.engine.metrics.egresses;
  assert.deepEqual(later, { label: "out/all", entries: 0, oldestSeconds: 0, failures: 41 });
});
