// What an engine reads when it opens a store.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keysOf, recoverMailboxes, recoverOutboxes, recoverParked } from "../../src/engine/recover.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Write } from "../../src/store/store.js";
import { rejectsCode } from "../support/expect-code.js";
import { at } from "./functions.js";
import { Parts, packed, textIn } from "./parts.js";
import { Taker } from "./support.js";
import { WatchedStore } from "./watched-store.js";

test("all keys of a prefix are read, in pages, and no others", async () => {
  const store = new MemoryStore();
  const writes: Write[] = Array.from({ length: 20_001 }, (_, number) => [
    `m${String(number).padStart(5, "0")}`,
    new Uint8Array(0),
  ]);
  await store.write([...writes, ["l", new Uint8Array(0)], ["n", new Uint8Array(0)]]);
  const pages: string[][] = [];
  for await (const keys of keysOf(store, "m")) pages.push(keys);
  assert.ok(pages.length > 1);
  assert.deepEqual(
    pages.flat(),
    writes.map(([key]) => key),
  );
});

test("mailboxes of all addresses are found with their order, whatever the characters of their ids", async () => {
  const before = new Parts();
  const ids = ["a", "aa", "", "a\0b", "a\u0001", "é", "😀"];
  for (const value of ["1", "2"]) for (const id of ids) before.deliver(`f/${id}`, `${id} ${value}`);
  before.deliver("g/a", "g");
  await before.commit.durable();
  const parts = new Parts({ store: before.store });
  await recoverMailboxes(parts.store, parts.instances);
  assert.equal(parts.mailboxes.entries, 2 * ids.length + 1);
  for (const id of ids) {
    const { mailbox } = parts.instances.wake(at(`f/${id}`));
    await mailbox.load();
    assert.deepEqual([textIn(mailbox.at(0)), textIn(mailbox.at(1)), mailbox.length], [`${id} 1`, `${id} 2`, 2]);
  }
});

test("parked addresses are parked with their reason", async () => {
  const before = new Parts();
  const parking = { since: 5, code: "HANDLER_FAILED", reason: "because", attempts: 3 };
  before.parked.park(before.instances.wake(at("f/a")), parking);
  await before.commit.durable();
  const parts = new Parts({ store: before.store });
  await recoverParked(parts.store, parts.instances, parts.parked);
  assert.deepEqual(parts.instances.peek(at("f/a"))?.parking, parking);
  assert.equal(parts.parked.count, 1);
});

test("records of all egresses are found", async () => {
  const before = new Parts();
  for (const egress of ["out/a", "out/b"]) {
    before.outboxes.declare(egress);
    before.outboxes.declared(egress)?.push(packed("one"));
    before.outboxes.declared(egress)?.push(packed("two"));
  }
  await before.commit.durable();
  const parts = new Parts({ store: before.store });
  await recoverOutboxes(parts.store, parts.outboxes);
  assert.deepEqual(
    parts.outboxes.all().map(({ egress, length, declared }) => [egress, length, declared]),
    [
      ["out/a", 2, false],
      ["out/b", 2, false],
    ],
  );
});

test("a read that fails rejects", async () => {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store });
  store.failReads = "STORE_FAILED";
  await rejectsCode(recoverMailboxes(store, parts.instances), "STORE_FAILED");
  await rejectsCode(recoverParked(store, parts.instances, parts.parked), "STORE_FAILED");
  await rejectsCode(recoverOutboxes(store, parts.outboxes), "STORE_FAILED");
});

test("records of an egress with control characters in its name are found, also those that an older version has written", async () => {
  for (const egress of ["out/a\0b", "out/a\u0001c", "out/a"]) {
    const old = new MemoryStore();
    const before = new Parts();
    before.outboxes.declare("out/x");
    before.outboxes.declared("out/x")?.push(packed("one"));
    await before.commit.durable();
    for (const key of await before.store.keys({ from: "o", to: "p", limit: 10 })) {
      // Older versions did not escape the name.
      await old.write([[key.replace("out/x", egress), before.store.get(key) as Uint8Array]]);
    }
    const parts = new Parts({ store: old });
    await recoverOutboxes(parts.store, parts.outboxes);
    const taker = new Taker();
    parts.outboxes.attach(egress, taker);
    await parts.settle();
    assert.deepEqual([parts.outboxes.all().length, taker.values], [1, ["one"]], JSON.stringify(egress));
    await parts.commit.durable();
    assert.deepEqual(await old.keys({ from: "o", to: "p", limit: 10 }), []);
  }
});
