// Mailboxes: one call at a time, the order between two addresses, and batches no larger than they may be.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../support/gate.js";
import { type Batch } from "./functions.js";
import { open, stores } from "./support.js";

/** Sends as many messages to "f/a" as its own message says, each so many bytes long, in one batch. */
function flood(batch: Batch): void {
  for (const message of batch.messages) {
    const [count = 0, bytes = 0] = message.split("x").map(Number);
    for (let index = 0; index < count; index += 1) batch.send("f/a", `${batch.self}:${index}`.padEnd(bytes));
  }
}

for (const store of stores) {
  test(`one call at a time per address, and what comes meanwhile goes as the next, ${store.name}`, async (t) => {
    const batches: (readonly string[])[] = [];
    const gates = [new Gate(), new Gate()];
    const running = await open(t, {
      store: await store.open(t),
      functions: {
        async f({ messages }) {
          batches.push(messages);
          await gates[batches.length - 1]?.promise;
        },
      },
    });
    await running.send("f/a", "0");
    for (const value of ["1", "2", "3"]) await running.send("f/a", value);
    await running.send("f/b", "other");
    await running.settle();
    assert.deepEqual(batches, [["0"], ["other"]]);
    gates[0]?.open();
    await running.settle();
    assert.deepEqual(batches, [["0"], ["other"], ["1", "2", "3"]]);
    gates[1]?.open();
    await running.settle();
    assert.equal(running.engine.metrics.inFlight, 0);
    assert.equal(running.engine.metrics.mailboxMessages, 0);
  });

  // 300 bytes: more than a thousand messages. 4,000 bytes: more than a mebibyte, so most are only in the store.
  for (const bytes of [300, 4000]) {
    const count = 3000;
    test(`${count} messages of ${bytes} bytes keep their order over restarts, ${store.name}`, async (t) => {
      const seen: string[] = [];
      let calls = 0;
      const running = await open(t, {
        store: await store.open(t),
        functions: {
          from: flood,
          other: flood,
          f: {
            maxBatch: 130,
            async handle({ messages }) {
              calls -= 1;
              // Without an answer the messages stay, and come again after the restart.
              if (calls < 0) await new Promise(() => {});
              seen.push(...messages.map((message) => message.trim()));
            },
          },
        },
      });
      await running.send("from/1", `${count}x${bytes}`);
      await running.send("other/2", `${count}x${bytes}`);
      for (let start = 0; seen.length < 2 * count && start < 30; start += 1) {
        calls = 5;
        if (start > 0) await running.reopen();
        await running.settle();
        assert.equal(running.engine.metrics.mailboxMessages, 2 * count - seen.length);
      }
      for (const from of ["from/1", "other/2"]) {
        const own = seen.filter((message) => message.startsWith(from));
        assert.deepEqual(
          own,
          Array.from({ length: count }, (_, index) => `${from}:${index}`),
        );
      }
    });
  }
}

test("a mailbox that outgrew its memory is read back while more comes, in order", async (t) => {
  const seen: string[] = [];
  let calls = 0;
  const gate = new Gate();
  const running = await open(t, {
    functions: {
      from: flood,
      f: {
        maxBatch: 40,
        async handle({ messages }) {
          await gate.promise;
          seen.push(...messages.map((message) => message.trim()));
          calls += 1;
          if (calls % 10 === 0 && calls <= 50) await running.send("from/1", "1x4000");
        },
      },
    },
  });
  await running.send("from/1", "2000x4000");
  await running.settle();
  await running.send("from/2", "500x4000");
  await running.settle();
  gate.open();
  await running.settle();
  const own = seen.filter((message) => message.startsWith("from/1"));
  assert.deepEqual(
    own.slice(0, 2000),
    Array.from({ length: 2000 }, (_, index) => `from/1:${index}`),
  );
  assert.equal(seen.filter((message) => message.startsWith("from/2")).length, 500);
  assert.ok(own.length > 2000);
  assert.equal(running.engine.metrics.mailboxMessages, 0);
});

test("a batch holds no more messages than its route allows, and no more bytes than the limit", async (t) => {
  const sizes: number[] = [];
  const running = await open(t, {
    limits: { batchBytes: 10_000 },
    functions: {
      from: flood,
      f: {
        maxBatch: 7,
        handle({ messages }) {
          sizes.push(messages.length);
        },
      },
    },
  });
  await running.send("from/1", "20x1");
  await running.settle();
  assert.ok(Math.max(...sizes) === 7, String(sizes));
  assert.equal(
    sizes.splice(0).reduce((sum, size) => sum + size, 0),
    20,
  );
  await running.send("from/1", "6x4000");
  await running.settle();
  assert.ok(Math.max(...sizes.splice(0)) === 2);
  await running.send("from/1", "3x40000");
  await running.settle();
  assert.deepEqual(sizes, [1, 1, 1], "one message always fits");
});
