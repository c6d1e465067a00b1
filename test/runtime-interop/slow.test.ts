// A function of the official Python SDK that is too slow for the batches it gets, a twentieth of a second for each message.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, Types } from "statefun-ts";
import { Application } from "./application.js";

test("python: a batch that takes too long is found out once, and everything is done once and in order", {
  timeout: 120_000,
}, async () => {
  const slow = { functions: ["python/slow"], callMs: 1_000 };
  const app = new Application({ peers: { python: "python" }, slow });
  try {
    await app.start();
    const { metrics } = app.engine;
    const target = Address.of("python/slow", "a");
    const count = 40;
    const numbers = Array.from({ length: count }, (_, index) => index);
    const wave = async (begin: number) => {
      const before = metrics.batches;
      await Promise.all(numbers.map((number) => app.engine.send(target, Types.int.pack(begin + number))));
      await app.told(`${target}`, begin + count);
      return metrics.batches - before;
    };
    // One call that takes too long, and then one for each of its messages.
    assert.ok((await wave(0)) <= count + 2);
    assert.equal(metrics.batchFailures, 1);
    // Later calls carry fewer messages, until none takes too long.
    for (let begin = count; begin < 3 * count; begin += count) await wave(begin);
    // 39, 19, 9, 4 and 2 messages: no size is tried twice that takes too long.
    assert.ok(metrics.batchFailures <= 6, `${metrics.batchFailures} calls took too long`);
    const told = await app.told(`${target}`, 3 * count);
    assert.deepEqual(
      told.map(({ seen }) => seen),
      Array.from({ length: 3 * count }, (_, index) => index),
    );
    assert.equal(metrics.parked, 0);
  } finally {
    await app.stop();
  }
});
