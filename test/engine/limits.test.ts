// More than the engine can take: those outside are refused, memory stays flat, and nothing taken is lost.
// Alone in its process: it counts the memory of the process.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at } from "./functions.js";
import { open, stores } from "./support.js";

test("a full mailbox refuses what comes from outside, others take it, and it empties again", async (t) => {
  const gate = new Gate();
  let seen = 0;
  const running = await open(t, {
    limits: { mailboxBytes: 10_000 },
    functions: {
      async f({ messages }) {
        await gate.promise;
        seen += messages.length;
      },
    },
  });
  let taken = 0;
  const fill = async () => {
    for (;;) {
      await running.send("f/a", "x".repeat(1000));
      taken += 1;
    }
  };
  await rejectsCode(fill(), "MAILBOX_FULL");
  assert.ok(taken >= 9 && taken <= 11, String(taken));
  await rejectsCode(running.call("f/a", "x"), "MAILBOX_FULL");
  await running.send("f/b", "x");
  gate.open();
  await running.settle();
  await running.send("f/a", "x");
  await running.settle();
  assert.equal(seen, taken + 2);
});

test("all mailboxes and outboxes together have a limit, too", async (t) => {
  const running = await open(t, {
    limits: { totalBytes: 100_000 },
    functions: {
      f(batch) {
        for (let count = 0; count < 10; count += 1) batch.egress("all", "x".repeat(5000));
      },
    },
  });
  await running.send("f/a", "x");
  await running.settle();
  await running.send("f/b", "x");
  await running.settle();
  await rejectsCode(running.send("f/c", "x"), "OVERLOADED");
  assert.equal(running.engine.trouble?.code, "OVERLOADED");
  running.engine.attach("out/all", { window: 5, receive: async () => {} });
  await running.settle();
  assert.equal(running.engine.trouble, undefined);
  await running.send("f/c", "x");
});

test("records that wait for a dead egress hold up the functions that send there, and no other function", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    limits: { egressBytes: 100_000 },
    functions: {
      f: (batch) => batch.egress("all", "x".repeat(60_000)),
      g: ({ messages }) => void seen.push(...messages),
    },
  });
  for (const id of ["a", "b"]) {
    await running.send(`f/${id}`, "x");
    await running.settle();
  }
  await rejectsCode(running.send("f/c", "x"), "OVERLOADED", "out/all");
  assert.equal(running.engine.trouble, undefined);
  await running.send("g/a", "goes on");
  await running.settle();
  assert.deepEqual(seen, ["goes on"]);
  running.engine.attach("out/all", { window: 5, receive: async () => {} });
  await running.settle();
  await running.send("f/c", "x");
});

test("work inside waits when the disk is too far behind, and goes on with it", async (t) => {
  let sent = 0;
  const running = await open(t, {
    functions: {
      f(batch) {
        batch.egress("all", "x".repeat(100_000));
        sent += 1;
        if (sent < 2000) batch.send("f/a", "again");
      },
    },
  });
  running.store.hold();
  const first = running.send("f/a", "begin");
  await running.settle();
  await running.clock.advance(1000);
  assert.ok(sent < 900, `${sent} records of 100 kB were made before one was written`);
  running.store.release();
  await first;
  await running.settle();
  await running.clock.advance(1000);
  assert.equal(sent, 2000);
  assert.equal(running.engine.metrics.outboxRecords, 2000);
});

for (const store of stores) {
  test(`with ten times the load it takes, memory stays flat and all that was taken is handled, ${store.name}`, async (t) => {
    let seen = 0;
    const running = await open(t, {
      store: await store.open(t),
      limits: { mailboxBytes: 2_000_000, totalBytes: 8_000_000 },
      functions: {
        f: {
          maxBatch: 20,
          handle({ messages }) {
            seen += messages.length;
          },
        },
      },
    });
    const body = "x".repeat(2000);
    let [taken, refused] = [0, 0];
    const baseline = process.memoryUsage().rss;
    let peak = 0;
    const client = async (id: number) => {
      for (let count = 0; count < 300; count += 1) {
        try {
          await running.send(`f/${id % 7}`, body);
          taken += 1;
        } catch (thrown) {
          assert.ok(["MAILBOX_FULL", "OVERLOADED"].includes((thrown as { code: string }).code));
          refused += 1;
          await new Promise(setImmediate);
        }
      }
    };
    // Nothing is delivered until all of them are there: the mailboxes fill up to their limit.
    for (let id = 0; id < 7; id += 1) await running.engine.park(at(`f/${id}`), "for the test");
    await Promise.all(Array.from({ length: 100 }, (_, id) => client(id)));
    peak = process.memoryUsage().rss - baseline;
    assert.ok(refused > taken, `${taken} taken, ${refused} refused`);
    assert.ok(peak < 150_000_000, `${peak} bytes more`);
    for (let id = 0; id < 7; id += 1) await running.engine.retry(at(`f/${id}`));
    await running.settle();
    assert.equal(seen, taken);
  });
}
