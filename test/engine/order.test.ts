// An order that chooses: what may come first does, and nothing is lost or done twice for it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Order } from "../../src/engine/order.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { at, type Batch } from "./functions.js";
import { open } from "./support.js";

/** Chooses the last message that is some sender's first one, and the last delayed message. */
const order: Order = {
  message(waiting) {
    const senders = new Set<string>();
    let chosen = 0;
    for (let index = 0; index < waiting.loaded; index++) {
      const sender = String(waiting.at(index).caller);
      if (!senders.has(sender)) chosen = index;
      senders.add(sender);
    }
    return chosen;
  },
  delayed: (count) => count - 1,
};

/** "f" collects what it gets, one message in a call; each word of a message to "from" goes there. */
function functionsOf(seen: string[], stopped: { value: boolean }) {
  return {
    from(batch: Batch) {
      for (const word of batch.messages.join(" ").split(" ")) {
        if (word.startsWith("after:")) batch.after(100, "f/a", word);
        else batch.send("f/a", word);
      }
    },
    f: {
      maxBatch: 1,
      handle({ messages }: Batch) {
        if (stopped.value) throw new Error("It fails.");
        seen.push(...messages);
      },
    },
  };
}

test("messages of different senders come in the order's order, and those of one sender in their own", async (t) => {
  const seen: string[] = [];
  const stopped = { value: false };
  const running = await open(t, { functions: functionsOf(seen, stopped), order });
  await running.engine.park(at("f/a"), "test");
  for (const sender of ["1", "2", "3"]) await running.send(`from/${sender}`, `${sender}a ${sender}b`);
  await running.settle();
  await running.engine.retry(at("f/a"));
  await running.settle();
  assert.deepEqual(seen, ["3a", "3b", "2a", "2b", "1a", "1b"]);
});

test("delayed messages of the same instant come in the order's order", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    functions: functionsOf(seen, { value: false }),
    order: { message: () => 0, delayed: order.delayed },
  });
  await running.send("from/1", "after:a after:b after:c");
  await running.clock.advance(1);
  await running.send("from/1", "after:d after:e");
  await running.clock.advance(1000);
  assert.deepEqual(seen, ["after:c", "after:b", "after:a", "after:e", "after:d"]);
});

test("what was passed over is not lost when the address is parked, nor at a restart", async (t) => {
  for (const restart of [false, true]) {
    const seen: string[] = [];
    const stopped = { value: true };
    const store = new MemoryStore();
    const policy = { retry: { attempts: 2 } };
    const running = await open(t, { store, functions: functionsOf(seen, stopped), order, policy });
    await running.engine.park(at("f/a"), "test");
    for (const sender of ["1", "2", "3"]) await running.send(`from/${sender}`, `${sender}a`);
    await running.settle();
    await running.engine.retry(at("f/a"));
    await running.clock.advance(60_000);
    assert.equal(running.engine.metrics.parked, 1);
    stopped.value = false;
    if (restart) await running.reopen();
    await running.engine.retry(at("f/a"));
    await running.settle();
    assert.deepEqual(seen, ["3a", "2a", "1a"], restart ? "after a restart" : "");
    assert.equal(running.engine.metrics.mailboxMessages, 0);
  }
});
