// More delayed messages than are kept in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOf } from "../support/random.js";
import { type Batch } from "./functions.js";
import { open, stores } from "./support.js";

/** A message is a list of commands, see obey. */
interface Command {
  readonly id: number;
  readonly dueMs?: number;
}

/** Times are multiples of this, or the test would wait for the disk at every millisecond. */
const tickMs = 500;

/** Sends what has a time, after it, and withdraws what has none. */
function obey(batch: Batch, sent: (id: number, dueMs: number) => void = () => {}): void {
  for (const message of batch.messages) {
    for (const { id, dueMs } of JSON.parse(message) as Command[]) {
      if (dueMs === undefined) batch.cancel(`t${id}`);
      else {
        batch.after(dueMs, "f/a", String(id), `t${id}`);
        sent(id, dueMs);
      }
    }
  }
}

for (const store of stores) {
  test(`25,000 of them come once each, in order, with others withdrawn and added and restarts, ${store.name}`, async (t) => {
    const random = randomOf(t);
    const seen: number[] = [];
    const due = new Map<number, number>();
    const running = await open(t, {
      store: await store.open(t),
      functions: {
        from(batch) {
          obey(batch, (id, dueMs) => due.set(id, running.clock.now() + dueMs));
        },
        f({ messages }) {
          seen.push(...messages.map(Number));
        },
      },
    });
    let ids = 0;
    const add = (count: number, nearMs: number, farMs: number) => {
      const commands = Array.from(
        { length: count },
        (): Command => ({ id: ids++, dueMs: nearMs + random.below((farMs - nearMs) / tickMs) * tickMs }),
      );
      return running.send("from/1", JSON.stringify(commands));
    };
    for (let round = 0; round < 5; round += 1) await add(5000, 10_000, 100_000);
    await running.settle();
    for (let round = 0; round < 20; round += 1) {
      if (round % 7 === 3) await running.reopen();
      const waiting = [...due].filter(([, dueAt]) => dueAt > running.clock.now()).map(([id]) => id);
      const withdrawn = new Set(Array.from({ length: 100 }, () => random.pick(waiting)));
      for (const id of withdrawn) due.delete(id);
      // All at once: what is read back from the store meets what is withdrawn and added.
      const sent = running.send("from/1", JSON.stringify([...withdrawn].map((id) => ({ id }))));
      const moved = running.clock.advance(5_000);
      await Promise.all([moved, sent, add(200, tickMs, 60_000)]);
      await running.settle();
    }
    await running.clock.advance(200_000);
    const expected = [...due].sort(([a, dueA], [b, dueB]) => dueA - dueB || a - b).map(([id]) => id);
    assert.deepEqual(seen, expected);
    assert.equal(running.engine.metrics.delayedPending, 0);
  });
}

test("those that are let go from memory while others are read back are read back later", async (t) => {
  let seen = 0;
  const running = await open(t, {
    functions: {
      from: obey,
      f({ messages }) {
        seen += messages.length;
      },
    },
  });
  const farMs = 100_000;
  const far = Array.from({ length: 5000 }, (_, id): Command => ({ id, dueMs: farMs + id }));
  await running.send("from/1", JSON.stringify(far));
  await running.settle();
  await running.reopen();
  // 2,000 are loaded. When all of them are withdrawn, the next ones are read as soon as the first would have been due.
  await running.send("from/1", JSON.stringify(far.slice(0, 2000).map(({ id }) => ({ id }))));
  await running.clock.advance(farMs - 1);
  running.store.hold();
  const moved = running.send("f/a", "much later", { delayMs: 10 * farMs });
  await running.clock.advance(1);
  // While they are read, more come that are due before the last of the 2,000 than are kept in memory.
  const near = Array.from({ length: 20_500 }, (_, index): Command => ({ id: 10_000 + index, dueMs: 1000 }));
  const sent = running.send("from/1", JSON.stringify(near));
  await running.settle();
  running.store.release();
  await Promise.all([moved, sent]);
  await running.clock.advance(farMs);
  assert.equal(seen, 3000 + near.length);
  assert.equal(running.engine.metrics.delayedPending, 1);
});
