import assert from "node:assert/strict";
import { test } from "node:test";
import { readAtOnce, sweepEach } from "../../src/engine/failure-sweep.js";

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 1; number <= count; number++) yield number;
}

async function sweep(count: number, limit: number, take: (number: number) => boolean = () => true) {
  const events: string[] = [];
  const parts = {
    commit: { durable: async () => void events.push("durable") },
    limit,
    onProgress: (done: number) => events.push(String(done)),
  };
  return { ...(await sweepEach(numbers(count), parts, take)), events };
}

test("all are taken, are durable, and are reported then", async () => {
  assert.deepEqual(await sweep(3, 3), { done: 3, more: false, events: ["durable", "3"] });
});

test("the limit ends a sweep, which says that there are more", async () => {
  assert.deepEqual(await sweep(4, 3), { done: 3, more: true, events: ["durable", "3"] });
});

test("what is no failure any more does not count", async () => {
  const swept = await sweep(6, 3, (number) => number % 2 === 0);
  assert.deepEqual(swept, { done: 3, more: false, events: ["durable", "3"] });
});

test("a long sweep is reported in steps, and nothing is reported twice", async () => {
  const swept = await sweep(2 * readAtOnce, 2 * readAtOnce);
  const events = ["durable", String(readAtOnce), "durable", String(2 * readAtOnce), "durable"];
  assert.deepEqual(swept, { done: 2 * readAtOnce, more: false, events });
});
