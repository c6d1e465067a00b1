// Which callers are told when the engine closes, and when. The time of closing is the machine's.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Address } from "../../src/model/address.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { open } from "./support.js";

/**
 * "later" keeps its caller and answers nothing. "pass" passes its caller on to "answers", which answers when its gate opens.
 * "slow" answers when its gate opens.
 */
async function setUp(t: TestContext) {
  const gates = { slow: new Gate(), answers: new Gate() };
  let passed: Address | undefined;
  t.after(() => t.mock.timers.reset()); // before the engine is closed
  const running = await open(t, {
    functions: {
      later(batch) {
        batch.egress("all", "kept");
      },
      pass(batch) {
        [passed] = batch.callers;
        batch.send("answers/a", "go");
      },
      async answers(batch) {
        await gates.answers.promise;
        if (passed !== undefined) batch.send(passed, "passed on");
      },
      async slow(batch) {
        await gates.slow.promise;
        batch.reply("slow");
      },
    },
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const release = (graceMs: number) => {
    running.engine.refuse();
    const released = { done: false, promise: running.engine.releaseCallers(graceMs) };
    void released.promise.then(() => {
      released.done = true;
    });
    return released;
  };
  /** Lets so much time go by. The last millisecond is a step of its own, for a wait that begins when another one ends. */
  const pass = async (ms: number) => {
    for (const step of [ms - 1, 1]) {
      await running.settle();
      t.mock.timers.tick(step);
      await running.settle();
    }
  };
  return { running, gates, release, pass };
}

test("a caller whose message was handled without an answer is told after a second, and one in flight gets its answer", async (t) => {
  const { running, gates, release, pass } = await setUp(t);
  for (const idempotencyKey of [undefined, "key"]) {
    const options = idempotencyKey === undefined ? {} : { idempotencyKey };
    void running.call("later/a", "x", options).catch(() => {});
  }
  await running.settle();
  const slow = running.call("slow/a", "x");
  const told = [
    rejectsCode(running.call("later/b", "x"), "SHUTTING_DOWN"),
    rejectsCode(running.call("later/a", "x", { idempotencyKey: "key" }), "SHUTTING_DOWN"), // which was handled before
  ];
  await running.settle();
  const { done, promise } = release(10_000);
  await pass(999);
  assert.equal(running.engine.metrics.callsWaiting, 5);
  await pass(2);
  await Promise.all(told);
  assert.equal(running.engine.metrics.callsWaiting, 1);
  assert.equal(done, false);
  gates.slow.open();
  assert.equal(await slow, "slow");
  await promise;
});

test("a caller that was passed on to another function gets the answer that comes within a second", async (t) => {
  const { running, gates, release, pass } = await setUp(t);
  const answer = running.call("pass/a", "x");
  await running.settle();
  const { promise } = release(10_000);
  await pass(500);
  gates.answers.open();
  assert.equal(await answer, "passed on");
  await promise;
});

test("all callers are told at once when no call is in flight", async (t) => {
  const { running, release } = await setUp(t);
  const told = rejectsCode(running.call("later/a", "x"), "SHUTTING_DOWN");
  await running.settle();
  await release(10_000).promise;
  await told;
});

test("all callers are told at the end of the grace, whatever is in flight", async (t) => {
  const { running, release, pass } = await setUp(t);
  const told = rejectsCode(running.call("slow/a", "x"), "SHUTTING_DOWN");
  await running.settle();
  const { promise } = release(500);
  await pass(502);
  await promise;
  await told;
});
