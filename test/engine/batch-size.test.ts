// How many messages a call carries when a function does not answer in time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchSize } from "../../src/engine/batch-size.js";
import { NoAnswer } from "../../src/engine/endpoint.js";
import { Gate } from "../support/gate.js";
import type { Batch } from "./functions.js";
import { open, type Running } from "./support.js";

test("a call without an answer halves the size, and answered calls of that size let it grow by one", () => {
  const size = new BatchSize(100);
  assert.equal(size.most, 100);
  size.answered(100);
  assert.equal(size.most, 100, "no more than the function takes");
  size.unanswered(60);
  assert.equal(size.most, 30);
  size.answered(29);
  assert.equal(size.most, 30, "a smaller call shows nothing");
  size.answered(30);
  size.answered(30);
  assert.equal(size.most, 31, "once, however many were in flight");
  size.unanswered(31);
  size.unanswered(31);
  assert.equal(size.most, 15, "once, however many were in flight");
  size.answered(30);
  assert.equal(size.most, 15, "a call from before says nothing");
  size.unanswered(1);
  assert.equal(size.most, 15, "a message alone is to blame itself");
  size.unanswered(2);
  assert.equal(size.most, 1);
  size.answered(1);
  assert.equal(size.most, 2);
});

const limitMs = 5_000;

/** A function of another SDK that takes a second for each message, one after the other, and has five seconds for a call. */
function slowFunction() {
  const set = { running: undefined as unknown as Running, calls: [] as number[], runs: new Map<string, number>() };
  const handle = async ({ messages }: Batch) => {
    const { clock } = set.running;
    set.calls.push(messages.length);
    for (const message of messages) set.runs.set(message, (set.runs.get(message) ?? 0) + 1);
    const takesMs = messages.length * 1_000;
    await new Promise<void>((resolve) => clock.after(Math.min(takesMs, limitMs), resolve));
    if (takesMs > limitMs) throw new NoAnswer(true, `the call took longer than ${limitMs} ms (call).`);
  };
  return { set, handle };
}

test("messages of a slow function run at most twice, each in a call of its own after a call that took too long", async (t) => {
  const { set, handle } = slowFunction();
  const running = await open(t, { functions: { f: { handle, maxBatch: 1000 } } });
  set.running = running;
  await running.send("f/a", "first");
  await running.settle();
  for (let message = 1; message <= 30; message++) await running.send("f/a", `${message}`);
  // One call for the first message, one that takes too long, and one for each message.
  await running.clock.advance(1_000 + limitMs + 100 + 30_000);
  assert.equal(running.engine.metrics.messagesDelivered, 31);
  assert.deepEqual(set.calls, [1, 30, ...Array.from({ length: 30 }, () => 1)]);
  for (const [message, runs] of set.runs) assert.ok(runs <= 2, message);
});

test("further calls of the function carry half as many messages, at every address, until none takes too long", async (t) => {
  const { set, handle } = slowFunction();
  const running = await open(t, { functions: { f: { handle, maxBatch: 1000 } } });
  set.running = running;
  const wave = async (to: string) => {
    set.calls = [];
    await running.send(to, "first");
    await running.settle();
    for (let message = 1; message <= 30; message++) await running.send(to, `${message}`);
    await running.clock.advance(120_000);
    return set.calls.slice(1);
  };
  const alone = (count: number) => Array.from({ length: count }, () => 1);
  assert.deepEqual(await wave("f/a"), [30, ...alone(30)]);
  assert.deepEqual(await wave("f/b"), [15, ...alone(15), 7, ...alone(7), 3, 4, 1]);
  assert.deepEqual(await wave("f/c"), [5, 6, ...alone(6), 3, 4, 5, 6, ...alone(7)]);
  assert.equal(running.engine.metrics.messagesDelivered, 93);
  assert.equal(running.engine.metrics.parked, 0);
});

test("a call with several messages that gets no answer is no try of its first message", async (t) => {
  let hangs = true;
  const gate = new Gate();
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: {
      async f({ messages }) {
        await gate.promise;
        if (messages.length > 1 || (hangs && messages[0] === "bad")) throw new NoAnswer(true, "too long");
      },
    },
  });
  await running.send("f/a", "first");
  for (const message of ["good", "bad", "last"]) await running.send("f/a", message);
  gate.open();
  await running.clock.advance(1_000);
  const parked = await running.engine.parked({ limit: 9 });
  assert.deepEqual([parked.length, parked[0]?.attempts], [1, 1]);
  assert.equal((await running.engine.inspect(parked[0]!.address)).depth, 2, "what is good has gone on");
  hangs = false;
  await running.engine.retry(parked[0]!.address);
  await running.clock.advance(1_000);
  assert.equal(running.engine.metrics.messagesDelivered, 4);
  assert.ok(running.log.some((line) => line.includes("messages got no answer")));
  assert.equal(
    running.log.some((line) => line.includes("try 1 of")),
    false,
    running.log.join("\n"),
  );
});
