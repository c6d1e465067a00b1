// Delayed messages: their order, their tokens, and that they outlast a restart.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DelayedMessage } from "../../src/engine/message.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Batch } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { open, stores } from "./support.js";
import { WatchedStore } from "./watched-store.js";

/** Each word of a message is a command: "after:<ms>:<text>[:<token>]" or "cancel:<token>". */
function obey(batch: Batch): void {
  for (const word of batch.messages.join(" ").split(" ")) {
    const [command, first = "", value = "", token] = word.split(":");
    if (command === "after") batch.after(Number(first), "f/a", value, token);
    if (command === "cancel") batch.cancel(first);
  }
}

function functions(seen: string[]) {
  return {
    from: obey,
    f({ messages }: Batch) {
      seen.push(...messages);
    },
  };
}

for (const store of stores) {
  test(`they come in the order in which they are due, over a restart too, ${store.name}`, async (t) => {
    const seen: string[] = [];
    const running = await open(t, { store: await store.open(t), functions: functions(seen) });
    await running.send("from/1", "after:300:c after:100:a after:200:b after:100:a2 after:0:now");
    await running.send("f/a", "own", { delayMs: 150 });
    await running.clock.advance(99);
    assert.deepEqual(seen.splice(0), ["now"]);
    await running.clock.advance(1);
    assert.deepEqual(seen.splice(0), ["a", "a2"]);
    assert.equal(running.engine.metrics.delayedPending, 3);
    await running.reopen();
    assert.equal(running.engine.metrics.delayedPending, 3);
    await running.clock.advance(1000);
    assert.deepEqual(seen, ["own", "b", "c"]);
    assert.equal(running.engine.metrics.delayedPending, 0);
  });
}

test("what came due while the engine was closed is delivered when it opens, in order", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { functions: functions(seen) });
  await running.send("from/1", "after:20:b after:10:a after:30:c");
  await running.close();
  await running.clock.advance(1000);
  await running.open();
  await running.clock.advance(0);
  assert.deepEqual(seen, ["a", "b", "c"]);
});

test("a cancelled message never comes, a delivered one can't be cancelled", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { functions: functions(seen) });
  await running.send("from/1", "after:100:x:t1 after:100:y:t2 after:100:z:t3 cancel:t3");
  await running.settle();
  await running.reopen();
  await running.send("from/1", "cancel:t1");
  await running.clock.advance(200);
  assert.deepEqual(seen, ["y"]);
  await running.send("from/1", "cancel:t2 cancel:unknown");
  await running.clock.advance(200);
  assert.deepEqual(seen, ["y"]);
  assert.equal(running.engine.metrics.delayedCancelled, 1, "since the start");
  assert.equal(running.engine.metrics.batchFailures, 0);
});

test("a token is its sender's: nobody else cancels with it", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { functions: functions(seen) });
  await running.send("from/1", "after:100:one:t");
  await running.send("from/2", "after:100:two:t");
  await running.send("f/a", "outside", { delayMs: 100, cancellationToken: "t" });
  await running.settle();
  await running.send("from/2", "cancel:t");
  await running.settle();
  assert.equal(await running.engine.cancel("t"), true);
  assert.equal(await running.engine.cancel("t"), false);
  await running.clock.advance(200);
  assert.deepEqual(seen, ["one"]);
});

test("a token that is in use is refused, from outside and from a function; afterwards it is free again", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { policy: { retry: { attempts: 1 } }, functions: functions(seen) });
  await running.send("f/a", "one", { delayMs: 100, cancellationToken: "t" });
  await rejectsCode(running.send("f/a", "two", { delayMs: 100, cancellationToken: "t" }), "TOKEN_INVALID");
  await running.clock.advance(100);
  await running.send("f/a", "three", { delayMs: 100, cancellationToken: "t" });
  await running.clock.advance(100);
  assert.deepEqual(seen, ["one", "three"]);
  await running.send("from/1", "after:100:x:t after:100:y:t");
  await running.settle();
  assert.equal((await running.engine.parked({ limit: 1 }))[0]?.code, "TOKEN_INVALID");
  assert.equal(running.engine.metrics.delayedPending, 0);
  await running.send("from/2", "after:100:x:t");
  await running.send("from/2", "after:100:y:t");
  await running.settle();
  assert.equal(running.engine.metrics.parked, 2);
  await running.send("from/3", "after:100:x:t cancel:t after:100:z:t");
  await running.clock.advance(100);
  assert.deepEqual(seen.splice(2), ["x", "z"]);
});

test("a token that is used again and again within one group of writes is free afterwards", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { functions: functions(seen) });
  await running.send("from/1", "after:100:one:t");
  await running.clock.advance(50);
  running.store.hold();
  const first = running.send("f/b", "much later", { delayMs: 60_000 });
  await running.settle();
  // One group is being written; in the next, a message is withdrawn, and one sent under its token and delivered.
  const second = running.send("from/1", "cancel:t after:0:two:t");
  await running.clock.advance(100);
  running.store.release();
  await Promise.all([first, second]);
  await running.settle();
  await running.reopen();
  await running.send("from/1", "cancel:t after:100:three:t");
  await running.clock.advance(200);
  assert.deepEqual(seen, ["two", "three"]);
  assert.equal(running.engine.metrics.delayedCancelled, 0, "there was none to cancel");
  assert.equal(running.engine.metrics.delayedPending, 1);
});

test("when the clock jumps ahead they jump with it, and those that are sent then do not wait behind the others", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { functions: functions(seen) });
  await running.send("f/a", "in an hour", { delayMs: 3_600_000 });
  await running.send("f/a", "in a day", { delayMs: 86_400_000 });
  running.clock.jump(3_600_000);
  await running.clock.advance(60_000);
  assert.deepEqual(seen.splice(0), ["in an hour"]);
  running.clock.jump(3_600_000);
  await running.send("f/a", "in a second", { delayMs: 1000 });
  await running.clock.advance(1000);
  assert.deepEqual(seen, ["in a second"]);
});

test("when the clock jumps back they wait for their time, without a look every moment", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { functions: functions(seen) });
  await running.send("f/a", "then", { delayMs: 1000 });
  running.clock.jump(-600_000);
  await running.send("f/a", "before", { delayMs: 2000 });
  const looks = t.mock.method(running.clock, "after");
  await running.clock.advance(2000);
  assert.deepEqual(seen.splice(0), ["before"]);
  await running.clock.advance(598_999);
  assert.deepEqual(seen, []);
  await running.clock.advance(1);
  assert.deepEqual(seen, ["then"]);
  assert.ok(looks.mock.callCount() < 50, `${looks.mock.callCount()} timers`);
});

test("a failed read of the store delivers nothing while paused, and is tried again", async () => {
  const store = new WatchedStore(new MemoryStore());
  const before = new Parts({ store });
  const now = before.clock.now();
  // More than are loaded at once; the first 1,500 are due after 10 ms, the others after a minute.
  for (let id = 0; id < 3000; id++) {
    const dueAt = now + (id < 1500 ? 10 : 60_000);
    before.delayed.add(new DelayedMessage(at(`f/${id}`), undefined, packed("x"), dueAt, undefined));
  }
  await before.commit.durable();
  const { clock, delayed, due } = new Parts({ store });
  await delayed.open();
  store.failReads = "STORE_FAILED";
  await clock.advance(10);
  assert.equal(due.length, 1500);
  delayed.paused = true;
  await clock.advance(120_000);
  assert.equal(due.length, 1500, "paused");
  delayed.paused = false;
  await clock.settle();
  store.failReads = undefined;
  await clock.advance(1000);
  assert.equal(due.length, 3000);
});

test("messages are due in time under a clock with fractions of a millisecond, behind one that is far", async (t) => {
  const seen: string[] = [];
  const running = await open(t, { functions: functions(seen), now: Date.UTC(2026, 0, 1) + 0.7 });
  await running.send("from/1", "after:100000:far:t1 after:100:near after:0:now");
  await running.send("f/a", "own", { delayMs: 150.2 });
  await running.reopen();
  await running.clock.advance(200);
  assert.deepEqual(seen, ["now", "near", "own"]);
  await running.clock.advance(100_000);
  assert.deepEqual(seen.at(-1), "far");
});

test("an answer that is due while its caller's request can't be read stays, and is delivered later", async () => {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store });
  await parts.delayed.open();
  parts.keys.remember("key", "print");
  const dueAt = parts.clock.now() + 10;
  parts.delayed.add(
    new DelayedMessage(parts.calls.callerAddress("key"), at("f/a"), packed("answer"), dueAt, undefined),
  );
  await parts.commit.durable();
  store.failReads = "STORE_FAILED";
  await parts.clock.advance(500);
  assert.deepEqual([parts.due, parts.delayed.pending], [[], 1]);
  store.release();
  await parts.clock.advance(2000);
  assert.deepEqual([parts.due.length, parts.delayed.pending], [1, 0]);
});

/** Counts its messages in a state. */
const counting = {
  states: ["count"],
  handle: (batch: Batch) => batch.set("count", `${Number(batch.state("count") ?? 0) + batch.messages.length}`),
};

test("a send for a time is delivered then, and at once when the time has passed; repeated later, it is the same request", async (t) => {
  const running = await open(t, { functions: { f: counting } });
  const now = running.clock.now();
  const send = (atMs: number) => running.send("f/a", "x", { idempotencyKey: "key", atMs });
  await send(now + 1000);
  await running.clock.advance(999);
  assert.equal(await running.state("f/a", "count"), undefined);
  await send(now + 1000);
  await rejectsCode(send(now + 1001), "IDEMPOTENCY_CONFLICT");
  await running.clock.advance(1);
  assert.equal(await running.state("f/a", "count"), "1");
  await running.send("f/a", "x", { atMs: 0 });
  await running.settle();
  assert.equal(await running.state("f/a", "count"), "2");
  await rejectsCode(running.send("f/a", "x", { atMs: Number.NaN }), "DELAY_INVALID");
});
