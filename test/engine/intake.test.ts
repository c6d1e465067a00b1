// Sends and calls from outside: what a repeated one does, and how a call ends that gets no answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprintOf } from "../../src/engine/idempotency-keys.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, text } from "./functions.js";
import { open, type Running, stores } from "./support.js";

const day = 24 * 60 * 60 * 1000;

/** Counts its messages in a state, and answers with the count. */
const counter = {
  states: ["count"],
  maxBatch: 1,
  handle(batch: Batch) {
    const count = `${Number(batch.state("count") ?? 0) + 1}`;
    batch.set("count", count);
    batch.reply(count);
    batch.reply("a second answer");
  },
};

/** Moves the time on, in one go as far as the timers of the sweeper go. */
async function sweepAfter(running: Running, ms: number): Promise<void> {
  await running.close();
  await running.clock.advance(ms);
  await running.open();
  await running.engine.sweep();
  await running.settle();
}

for (const store of stores) {
  test(`a send that is repeated under its key does nothing again, for 24 hours, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions: { f: counter } });
    const send = (value = "x") => running.send("f/a", value, { idempotencyKey: "key" });
    await Promise.all([send(), send()]);
    await running.settle();
    await send();
    await running.reopen();
    await send();
    await running.settle();
    assert.equal(await running.state("f/a", "count"), "1");
    await rejectsCode(send("other"), "IDEMPOTENCY_CONFLICT");
    await rejectsCode(running.call("f/a", "x", { idempotencyKey: "key" }), "IDEMPOTENCY_CONFLICT");
    await sweepAfter(running, day - 1);
    await send();
    await running.settle();
    assert.equal(await running.state("f/a", "count"), "1");
    await sweepAfter(running, 2);
    await send();
    await running.settle();
    assert.equal(await running.state("f/a", "count"), "2");
  });

  test(`a key that lives for a minute is used anew after it, and the keys of others are not, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions: { f: counter } });
    const short = () => running.call("f/short", "x", { idempotencyKey: "short", keyLifetimeMs: 60_000 });
    const long = () => running.call("f/long", "x", { idempotencyKey: "long" });
    assert.deepEqual([await short(), await long()], ["1", "1"]);
    await sweepAfter(running, 59_999);
    assert.deepEqual([await short(), await long()], ["1", "1"]);
    await sweepAfter(running, 2);
    assert.deepEqual([await short(), await long()], ["2", "1"]);
  });

  test(`a cancellation that is repeated under its key does nothing again, and has the same result, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions: { f: counter } });
    const later = () => running.send("f/a", "x", { delayMs: 10_000, cancellationToken: "token" });
    const cancel = (idempotencyKey: string, token = "token") => running.engine.cancel(token, { idempotencyKey });
    await later();
    assert.deepEqual(await Promise.all([cancel("one"), cancel("one")]), [true, true]);
    assert.equal(await cancel("two"), false);
    // Another message under the same token is not the one that the first two were about.
    await later();
    assert.deepEqual([await cancel("one"), await cancel("two")], [true, false]);
    await running.reopen();
    assert.deepEqual([await cancel("one"), await cancel("two")], [true, false]);
    assert.equal(running.engine.metrics.delayedPending, 1);
    await rejectsCode(cancel("one", "another token"), "IDEMPOTENCY_CONFLICT");
    await rejectsCode(running.send("f/a", "x", { idempotencyKey: "one" }), "IDEMPOTENCY_CONFLICT");
    assert.equal(await cancel("three"), true);
  });

  test(`a call that is repeated gets the first one's answer: while it waits, afterwards, after a restart, ${store.name}`, async (t) => {
    const gate = new Gate();
    const f = {
      ...counter,
      async handle(batch: Batch) {
        await gate.promise;
        counter.handle(batch);
      },
    };
    const running = await open(t, { store: await store.open(t), functions: { f } });
    const call = () => running.call("f/a", "x", { idempotencyKey: "key" });
    const both = [call(), call()];
    await running.settle();
    assert.equal(running.engine.metrics.callsWaiting, 2);
    gate.open();
    assert.deepEqual(await Promise.all(both), ["1", "1"]);
    assert.equal(await call(), "1");
    await running.reopen();
    assert.equal(await call(), "1");
    assert.equal(await running.state("f/a", "count"), "1");
    assert.equal(running.engine.metrics.callsWaiting, 0);
    await sweepAfter(running, day + 1);
    assert.equal(await call(), "2");
  });
}

test("a call that was cut off by a restart is answered to whoever repeats it", async (t) => {
  let answers = false;
  const f = {
    ...counter,
    async handle(batch: Batch) {
      if (!answers) await new Promise(() => {});
      counter.handle(batch);
    },
  };
  const running = await open(t, { functions: { f } });
  const cut = rejectsCode(running.call("f/a", "x", { idempotencyKey: "key" }), "SHUTTING_DOWN");
  await running.settle();
  await running.reopen(10);
  await cut;
  answers = true;
  await running.reopen();
  assert.equal(await running.call("f/a", "x", { idempotencyKey: "key" }), "1");
  assert.equal(await running.state("f/a", "count"), "1");
});

test("many calls that share a signal warn of no leak, and all end with it", async (t) => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => void warnings.push(warning);
  process.on("warning", listen);
  t.after(() => process.off("warning", listen));
  const running = await open(t, { functions: { f: () => {} } });
  const controller = new AbortController();
  const calls = Promise.allSettled(
    Array.from({ length: 30 }, (_, number) => running.call(`f/${number}`, "x", { signal: controller.signal })),
  );
  await running.settle();
  controller.abort();
  for (const { status } of await calls) assert.equal(status, "rejected");
  assert.deepEqual(warnings, []);
});

test("a call ends after its time limit, or when its signal says so; its message stays sent", async (t) => {
  const gate = new Gate();
  const running = await open(t, {
    functions: {
      f: {
        ...counter,
        async handle(batch) {
          await gate.promise;
          counter.handle(batch);
        },
      },
    },
  });
  const late = rejectsCode(running.call("f/a", "x", { timeoutMs: 1000 }), "ANSWER_TIMEOUT");
  const usual = rejectsCode(running.call("f/a", "y"), "ANSWER_TIMEOUT");
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = assert.rejects(running.call("f/a", "z", { signal: controller.signal }), reason);
  await running.clock.advance(999);
  assert.equal(running.engine.metrics.callsWaiting, 3);
  controller.abort(reason);
  await aborted;
  await running.clock.advance(1);
  await late;
  await running.clock.advance(29_000);
  await usual;
  assert.equal(running.engine.metrics.callsWaiting, 0);
  assert.equal(running.clock.timers <= 2, true, "no timer of a call is left");
  gate.open();
  await running.settle();
  assert.equal(await running.state("f/a", "count"), "3");
  await assert.rejects(running.call("f/a", "z", { signal: AbortSignal.abort(reason) }), reason);
  await running.settle();
  assert.equal(await running.state("f/a", "count"), "3");
});

test("a call to an address that is parked, or gets parked, is ADDRESS_PARKED, and so is its repetition", async (t) => {
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: {
      f() {
        throw new Error("bad");
      },
    },
  });
  await rejectsCode(running.call("f/a", "x", { idempotencyKey: "key" }), "ADDRESS_PARKED");
  await rejectsCode(running.call("f/a", "x"), "ADDRESS_PARKED");
  await rejectsCode(running.call("f/a", "x", { idempotencyKey: "key" }), "ADDRESS_PARKED");
  assert.equal(running.engine.metrics.callsWaiting, 0);
});

/** More than a mebibyte of these is kept in the store alone. */
const long = "x".repeat(300_000);

/** Lets calls go on that end in a parked address, while nothing gets durable. */
async function parkBehind(running: Running, gate: Gate): Promise<void> {
  running.store.hold();
  gate.open();
  await running.settle();
  assert.equal(running.engine.metrics.parked, 1);
}

test("callers whose messages wait when an address gets parked get ADDRESS_PARKED, also when only the store has the messages; no others do", async (t) => {
  const gate = new Gate();
  let passedOn: Batch["callers"][number];
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: {
      f: {
        maxBatch: 1,
        async handle(batch) {
          await gate.promise;
          const [message] = batch.messages;
          if (message === "answer") batch.reply("answered");
          else if (message === "pass on") [passedOn] = batch.callers;
          else throw new Error("bad");
        },
      },
      g(batch) {
        batch.send(passedOn as NonNullable<typeof passedOn>, "from g");
      },
    },
  });
  const answered = running.call("f/a", "answer");
  const handled = running.call("f/a", "pass on");
  const waiting = Array.from({ length: 8 }, () => rejectsCode(running.call("f/a", long), "ADDRESS_PARKED"));
  const elsewhere = rejectsCode(running.call("f/b", "pass on"), "ANSWER_TIMEOUT");
  await running.settle();
  await parkBehind(running, gate);
  assert.equal(running.engine.metrics.callsWaiting, 3);
  running.store.release();
  assert.equal(await answered, "answered");
  await running.send("g/a", "go on");
  assert.equal(await handled, "from g");
  await running.clock.advance(30_000);
  await Promise.all([...waiting, elsewhere]);
});

test("a call that is repeated after a restart gets ADDRESS_PARKED when its address gets parked, unless it was answered before", async (t) => {
  let gate = new Gate();
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: {
      f: {
        maxBatch: 1,
        async handle(batch) {
          await gate.promise;
          if (batch.messages[0] !== "0") throw new Error("bad");
          batch.reply("answered");
        },
      },
    },
  });
  // More than are read back at once.
  const values = Array.from({ length: 250 }, (_, index) => `${index}`);
  const call = (value: string) => running.call("f/a", value, { idempotencyKey: value });
  const before = values.map((value) => rejectsCode(call(value), "SHUTTING_DOWN"));
  await running.settle();
  gate = new Gate();
  await running.reopen();
  await Promise.all(before);
  const [first = "", ...others] = values;
  const answered = call(first);
  const told = others.map((value) => rejectsCode(call(value), "ADDRESS_PARKED"));
  told.push(rejectsCode(running.call("f/a", "new"), "ADDRESS_PARKED"));
  await running.settle();
  assert.equal(running.engine.metrics.callsWaiting, 251);
  await parkBehind(running, gate);
  running.store.release();
  await running.clock.advance(30_000);
  await Promise.all(told);
  assert.equal(await answered, "answered");
});

test("no more calls wait than the limit allows", async (t) => {
  const running = await open(t, { limits: { callsWaiting: 2 }, functions: { f() {} } });
  const waiting = ["1", "2"].map((value) => rejectsCode(running.call("f/a", value), "ANSWER_TIMEOUT"));
  await rejectsCode(running.call("f/a", "3"), "OVERLOADED");
  await running.clock.advance(30_000);
  await Promise.all(waiting);
});

test("a send that is repeated with another delay or token is another request", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  const send = (delayMs?: number, cancellationToken?: string) =>
    running.send("f/a", "x", {
      idempotencyKey: "key",
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(cancellationToken === undefined ? {} : { cancellationToken }),
    });
  await send(1000, "token");
  await running.clock.advance(10);
  await send(1000, "token"); // the delay counts, not when it ends
  await rejectsCode(send(), "IDEMPOTENCY_CONFLICT");
  await rejectsCode(send(1000), "IDEMPOTENCY_CONFLICT");
  await rejectsCode(send(2000, "token"), "IDEMPOTENCY_CONFLICT");
  await rejectsCode(send(1000, "other"), "IDEMPOTENCY_CONFLICT");
  await running.clock.advance(2000);
  assert.equal(await running.state("f/a", "count"), "1");
  await running.send("f/a", "x", { idempotencyKey: "plain" });
  await running.send("f/a", "x", { idempotencyKey: "plain", delayMs: 0 });
  await running.settle();
  assert.equal(await running.state("f/a", "count"), "2");
});

test("what a data folder remembers of a plain request stays the same", () => {
  assert.equal(fingerprintOf("send", at("f/a"), text("x")), "PNq+VYUAjdeLyo9heO0gJw");
  assert.equal(fingerprintOf("call", at("f/a"), text("x")), "4EKkI+CvUr7/P1JgEd5n4V");
});

for (const store of stores) {
  test(`a key that was free again after a drop is remembered for 24 hours of its own, ${store.name}`, async (t) => {
    let fails = true;
    const f = {
      ...counter,
      handle(batch: Batch) {
        if (fails) throw new Error("bad");
        counter.handle(batch);
      },
    };
    const running = await open(t, { store: await store.open(t), policy: { retry: { attempts: 1 } }, functions: { f } });
    const call = () => running.call("f/a", "x", { idempotencyKey: "key" });
    await rejectsCode(call(), "ADDRESS_PARKED");
    await running.clock.advance(day / 2);
    fails = false;
    assert.equal(await running.engine.drop(at("f/a"), "first"), 1);
    assert.equal(await call(), "1");
    await sweepAfter(running, day / 2 + 1);
    assert.equal(await call(), "1");
    await sweepAfter(running, day / 2);
    assert.equal(await call(), "2");
  });
}

test("a request that an older version remembered is forgotten after its 24 hours, and can be dropped", async (t) => {
  const gate = new Gate();
  const f = {
    ...counter,
    async handle(batch: Batch) {
      await gate.promise;
      counter.handle(batch);
    },
  };
  const running = await open(t, { functions: { f } });
  const { store, clock } = running;
  const key = (name: string) => `i${name}`;
  const forget = (name: string) => `e${(clock.now() + day).toString(36).padStart(9, "0")}${name}`;
  const remembered = (kind: "send" | "call") => {
    const fingerprint = fingerprintOf(kind, at("f/a"), text("x"));
    return Buffer.concat([Buffer.from([10, fingerprint.length]), Buffer.from(fingerprint)]);
  };
  await running.close();
  await store.write([
    [key("sent"), remembered("send")],
    [forget("sent"), Buffer.alloc(0)],
    [key("called"), remembered("call")],
    [forget("called"), Buffer.alloc(0)],
  ]);
  await running.open();
  await running.send("f/a", "x", { idempotencyKey: "sent" });
  assert.equal(running.engine.metrics.messagesIn, 0);
  gate.open();
  await sweepAfter(running, day + 1);
  await running.send("f/a", "x", { idempotencyKey: "sent" });
  assert.equal(await running.call("f/a", "x", { idempotencyKey: "called" }), "2");
});

test("the option of the engine is the lifetime of a key", async (t) => {
  const running = await open(t, { functions: { f: counter }, keyLifetimeMs: 60_000 });
  const call = () => running.call("f/a", "x", { idempotencyKey: "key" });
  await call();
  await sweepAfter(running, 59_999);
  assert.equal(await call(), "1");
  await sweepAfter(running, 2);
  assert.equal(await call(), "2");
});

test("a caller that waits longer than its key lives gets the answer", async (t) => {
  const gate = new Gate();
  const functions = {
    async f(batch: Batch) {
      await gate.promise;
      batch.reply("late");
    },
  };
  const running = await open(t, { functions });
  const answer = running.call("f/a", "x", { idempotencyKey: "key", keyLifetimeMs: 1000, timeoutMs: 10_000 });
  await running.settle();
  await running.clock.advance(2000);
  await running.engine.sweep();
  gate.open();
  assert.equal(await answer, "late");
});
