// Mailboxes are read back when there is room for what they hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownFunction } from "../../src/engine/function-table.js";
import type { Instance } from "../../src/engine/instance.js";
import { MailboxReader } from "../../src/engine/mailbox-reader.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { at } from "./functions.js";
import { Parts } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const mebibyte = 1024 * 1024;

/** A reader whose store holds a message of 100 kB for each of some addresses. */
async function setUp(ids: readonly string[]) {
  const store = new WatchedStore(new MemoryStore());
  const before = new Parts({ store, functions: { f: () => {} } });
  for (const id of ids) before.deliver(`f/${id}`, "x".repeat(100_000));
  await before.commit.durable();
  const parts = new Parts({ store, functions: { f: () => {} }, limits: { memoryBytes: mebibyte } });
  const ready: Instance[] = [];
  const reader: MailboxReader = new MailboxReader({
    ...parts,
    retryMs: 100,
    ready: (instance) => ready.push(instance),
    roomFreed: () => reader.pump(),
  });
  const read = (id: string) => {
    const instance = parts.instances.wake(at(`f/${id}`));
    instance.mailbox.findRest();
    reader.read(instance, instance.function as KnownFunction);
  };
  return { parts, store, reader, ready, read };
}

test("mailboxes are read as far as there is room, and the others in their order when room comes free", async () => {
  const ids = Array.from({ length: 30 }, (_, id) => `${id}`);
  const { parts, reader, ready, read } = await setUp(ids);
  for (const id of ids) read(id);
  await parts.settle();
  assert.ok(
    ready.length >= 1 && ready.length < 10,
    `${ready.length} mailboxes of 100 kB are read with 1 MiB of memory`,
  );
  assert.ok(parts.memory.used <= mebibyte);
  for (let index = 0; index < ids.length; index += 1) {
    const instance = ready[index] as Instance;
    assert.equal(instance.address.id, ids[index]);
    assert.equal(instance.loading, false);
    instance.mailbox.consume();
    reader.pump();
    await parts.settle();
  }
  assert.equal(ready.length, ids.length);
  assert.equal(parts.memory.used, 0);
});

test("a read that fails is made again, and gives its room back meanwhile", async () => {
  const { parts, store, ready, read } = await setUp(["a"]);
  store.failReads = "STORE_FAILED";
  read("a");
  await parts.settle();
  assert.deepEqual([ready.length, parts.mailboxes.loaded], [0, 0]);
  store.release();
  await parts.clock.advance(100);
  assert.equal(ready.length, 1);
  assert.equal(ready[0]?.mailbox.loaded, 1);
});

test("an address that turns out to be parked is not read", async () => {
  const { parts, ready, read } = await setUp(["a"]);
  parts.parked.park(parts.instances.wake(at("f/a")), { since: 1, code: "X", reason: "test", attempts: 1 });
  read("a");
  await parts.settle();
  assert.deepEqual([ready[0]?.mailbox.loaded, ready[0]?.parking?.code], [0, "X"]);
});
