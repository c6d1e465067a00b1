// What people and metrics see, also while the store is in trouble.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Functions, text, textOf } from "./functions.js";
import { open } from "./support.js";

const day = 24 * 60 * 60 * 1000;

test("sizes and counts are right while messages wait, after they are handled, and after a restart", async (t) => {
  const running = await open(t, {
    functions: {
      f(batch) {
        batch.egress("all", "x".repeat(1000));
      },
    },
  });
  await running.engine.park(at("f/a"), "for the test");
  for (let count = 0; count < 10; count += 1) await running.send("f/a", "x".repeat(1000));
  const sizes = () => {
    const { mailboxMessages, mailboxBytes, outboxRecords } = running.engine.metrics;
    return { mailboxMessages, large: mailboxBytes > 10_000 && mailboxBytes < 15_000, outboxRecords };
  };
  assert.deepEqual(sizes(), { mailboxMessages: 10, large: true, outboxRecords: 0 });
  await running.engine.retry(at("f/a"));
  await running.settle();
  await running.reopen();
  assert.deepEqual(sizes(), { mailboxMessages: 0, large: false, outboxRecords: 1 });
  running.engine.attach("out/all", { window: 1, receive: async () => {} });
  await running.settle();
  assert.deepEqual(sizes(), { mailboxMessages: 0, large: false, outboxRecords: 0 });
  assert.equal(running.engine.metrics.mailboxBytes, 0);
});

test("the bytes of mailboxes and of outboxes are counted apart", async (t) => {
  const running = await open(t, {
    functions: {
      f(batch) {
        batch.egress("all", "x".repeat(1000));
      },
    },
  });
  await running.send("f/a", "go");
  await running.settle();
  const { mailboxBytes, outboxBytes } = running.engine.metrics;
  assert.equal(mailboxBytes, 0);
  assert.ok(outboxBytes > 1000);
  running.engine.attach("out/all", { window: 1, receive: async () => {} });
  await running.settle();
  assert.equal(running.engine.metrics.outboxBytes, 0);
});

test("one can look at addresses while the store can't be written", async (t) => {
  const running = await open(t, { functions: { f() {} } });
  await running.send("f/a", "later", { delayMs: 1000 });
  running.store.failWrites = "STORE_FULL";
  await rejectsCode(running.send("f/a", "refused", { delayMs: 1000 }), "STORE_FULL");
  assert.equal((await running.engine.inspect(at("f/a"))).delayed.length, 1);
  assert.deepEqual((await running.engine.addresses("test/f", { limit: 10 })).addresses, []);
});

test("a delay that is not a whole number of milliseconds is rounded up", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    functions: {
      f({ messages }) {
        seen.push(...messages);
      },
    },
  });
  await running.send("f/a", "second", { delayMs: 10.5 });
  await running.send("f/a", "first", { delayMs: 10.4 });
  await running.send("f/a", "before", { delayMs: 10 });
  await running.reopen();
  const { delayed } = await running.engine.inspect(at("f/a"));
  assert.deepEqual(
    delayed.map(({ dueAt }) => dueAt - running.clock.now()),
    [10, 11, 11],
  );
  await running.clock.advance(10);
  assert.deepEqual(seen, ["before"]);
  await running.clock.advance(1);
  assert.deepEqual(seen, ["before", "second", "first"]);
  for (const delayMs of [-1, Number.NaN]) {
    await rejectsCode(running.send("f/a", "never", { delayMs }), "DELAY_INVALID");
  }
  await running.send("f/a", "never", { delayMs: Number.POSITIVE_INFINITY });
  await running.reopen();
  assert.equal(running.engine.metrics.delayedPending, 1);
});

test("sweeping twice forgets no request that came between", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    functions: {
      f({ messages }) {
        seen.push(...messages);
      },
    },
  });
  const send = () => running.engine.send(at("f/a"), text("x"), { idempotencyKey: "key" });
  await send();
  await running.close();
  await running.clock.advance(day + 1);
  await running.open();
  running.store.hold();
  await running.engine.sweep();
  const again = send();
  await running.engine.sweep();
  running.store.release();
  await again;
  await running.settle();
  await send();
  await running.settle();
  assert.deepEqual(seen, ["x", "x"]);
});

test("of a large state a preview has the head, and the whole is there for whoever inspects", async (t) => {
  const large = "x".repeat(400_000);
  const functions: Functions = {
    f: {
      states: ["a", "b", "c"],
      handle(batch) {
        batch.set("a", "first");
        batch.set("b", large);
        batch.set("c", "last");
      },
    },
  };
  const running = await open(t, { functions });
  await running.send("f/a", "go");
  await running.settle();
  const { engine } = running;
  const { states } = await engine.preview(at("f/a"));
  assert.deepEqual(
    states.map(({ name, value }) => [name, "head" in value ? value.bytes : textOf(value)]),
    [
      ["a", "first"],
      ["b", large.length],
      ["c", "last"],
    ],
  );
  assert.deepEqual(
    (await engine.inspect(at("f/a"))).states.map(({ name, value }) => [name, textOf(value)]),
    [
      ["a", "first"],
      ["b", large],
      ["c", "last"],
    ],
  );
  assert.deepEqual(
    (await engine.preview(at("f/a"), { afterState: "a" })).states.map(({ name }) => name),
    ["b", "c"],
  );
});
