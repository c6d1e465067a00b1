// A queue that the store keeps: its order, its rest that is only in the store, and what a restart finds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backlog } from "../../src/engine/backlog.js";
import { DurableQueue } from "../../src/engine/durable-queue.js";
import { decodeMessage, type Message } from "../../src/engine/message.js";
import { keysOf } from "../../src/engine/recover.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { message, Parts, textIn } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const prefix = "mqueue\0";
const mebibyte = 1024 * 1024;

function queueOf(parts: Parts): DurableQueue<Message> {
  return new DurableQueue(prefix, parts.shared, parts.mailboxes, decodeMessage);
}

/** The queue as the next start finds it. */
async function reopened(store: Store): Promise<{ parts: Parts; queue: DurableQueue<Message> }> {
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  for await (const keys of keysOf(store, prefix)) for (const key of keys) queue.restore(key);
  return { parts, queue };
}

/** Consumes everything, and returns the texts. */
async function drain(queue: DurableQueue<Message>): Promise<string[]> {
  const texts: string[] = [];
  while (queue.length > 0) {
    if (queue.loaded === 0) await queue.load();
    assert.ok(queue.loaded > 0, "load loads at least one entry when some wait");
    texts.push(textIn(queue.consume()) as string);
  }
  return texts;
}

/** Texts of which ten fill the memory of one queue. */
const large = (number: number) => `${number} `.padEnd(mebibyte / 10, "x");
const numberOf = (text: string | undefined) => Number.parseInt(text ?? "", 10);

test("entries leave in the order in which they came; first and last keys follow them", () => {
  const queue = queueOf(new Parts());
  assert.deepEqual([queue.length, queue.firstKey, queue.lastKey], [0, undefined, undefined]);
  const messages = ["a", "b", "c"].map((text) => message(text));
  for (const one of messages) queue.push(one);
  assert.deepEqual([queue.firstKey, queue.lastKey], [messages[0]?.key, messages[2]?.key]);
  assert.ok((queue.firstKey as string) < (queue.lastKey as string));
  assert.equal(textIn(queue.consume()), "a");
  assert.equal(textIn(queue.at(0)), "b");
  assert.deepEqual([queue.length, queue.firstKey], [2, messages[1]?.key]);
  queue.consume();
  queue.consume();
  assert.deepEqual([queue.length, queue.firstKey, queue.lastKey], [0, undefined, undefined]);
});

test("durable entries are there after a crash, in their order; consumed ones are not", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  for (const text of ["a", "b", "c"]) queue.push(message(text));
  queue.consume();
  await parts.commit.durable();
  queue.push(message("never durable"));
  const after = await reopened(store.crash());
  assert.equal(after.queue.length, 2);
  assert.equal(after.queue.loaded, 0);
  assert.deepEqual(await drain(after.queue), ["b", "c"]);
});

test("new entries come behind those from before the start", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  queue.push(message("before"));
  await parts.commit.durable();
  const after = await reopened(store.crash());
  after.queue.push(message("after"));
  assert.ok((after.queue.firstKey as string) < (after.queue.lastKey as string));
  const drained = drain(after.queue);
  assert.deepEqual(await drained, ["before", "after"]);
});

test("a taken entry leaves memory and stays in the store", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  queue.push(message("a"));
  assert.equal(textIn(queue.take()), "a");
  assert.equal(queue.length, 0);
  await parts.commit.durable();
  assert.deepEqual(await drain((await reopened(store.crash())).queue), ["a"]);
});

test("a long queue keeps its head in memory and reads its rest back, in order, also while more come", async () => {
  const parts = new Parts({ store: new ForgetfulStore({ autoSync: true }) });
  const queue = queueOf(parts);
  for (let number = 0; number < 30; number++) queue.push(message(large(number)));
  assert.equal(queue.length, 30);
  assert.ok(queue.loaded >= 10 && queue.loaded <= 11, `${queue.loaded} are in memory`);
  const seen: number[] = [];
  let pushed = 30;
  while (queue.length > 0) {
    if (queue.loaded === 0) {
      const loading = queue.load();
      if (pushed < 34) queue.push(message(large(pushed++)));
      await loading;
    }
    seen.push(numberOf(textIn(queue.consume())));
  }
  assert.deepEqual(
    seen,
    Array.from({ length: pushed }, (_, number) => number),
  );
  assert.ok(pushed > 30);
});

test("the rest is read back while the group that holds it is not written yet", async () => {
  const store = new ForgetfulStore();
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  for (let number = 0; number < 15; number++) queue.push(message(large(number)));
  while (queue.loaded > 0) queue.consume();
  let loaded = false;
  const loading = queue.load().then(() => {
    loaded = true;
  });
  await store.untilHeld(1);
  assert.equal(loaded, false);
  store.sync();
  await loading;
  assert.ok(queue.loaded > 0);
});

test("two loads at once read the entries once", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  for (const text of ["a", "b"]) queueOf(parts).push(message(text));
  await parts.commit.durable();
  const { queue } = await reopened(store.crash());
  await Promise.all([queue.load(), queue.load()]);
  assert.equal(queue.loaded, 2);
  assert.deepEqual(await drain(queue), ["a", "b"]);
});

test("a load that fails changes nothing, and the next one succeeds", async () => {
  const memory = new MemoryStore();
  const before = new Parts({ store: memory });
  queueOf(before).push(message("a"));
  await before.commit.durable();
  const store = new WatchedStore(memory);
  const { queue, parts } = await reopened(store);
  store.failReads = "STORE_FAILED";
  await rejectsCode(queue.load(), "STORE_FAILED");
  assert.deepEqual([queue.length, queue.loaded, parts.mailboxes.entries], [1, 0, 1]);
  store.release();
  assert.deepEqual(await drain(queue), ["a"]);
});

test("an entry that can't be decoded loads no part of its page", async () => {
  const parts = new Parts();
  queueOf(parts).push(message("a"));
  await parts.commit.durable();
  const key = "mqueue\0zzzzzzzzz";
  await parts.store.write([[key, new Uint8Array([255])]]);
  const { queue } = await reopened(parts.store);
  await rejectsAny(queue.load());
  assert.deepEqual([queue.length, queue.loaded], [2, 0]);
});

async function rejectsAny(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise);
}

test("entries that the store has lost are counted no longer", async () => {
  const parts = new Parts();
  const queue = queueOf(parts);
  queue.restore(`${prefix}000000005`);
  queue.restore(`${prefix}000000006`);
  await queue.load();
  assert.deepEqual([queue.length, parts.mailboxes.entries, parts.mailboxes.bytes], [0, 0, 0]);
});

test("queues share a backlog, which holds their entries and bytes and returns to nothing", async () => {
  const backlog = new Backlog();
  const parts = new Parts({ store: new ForgetfulStore({ autoSync: true }) });
  const [one, two] = ["m1\0", "m2\0"].map((key) => new DurableQueue(key, parts.shared, backlog, decodeMessage));
  for (let number = 0; number < 20; number++) {
    one?.push(message(large(number)));
    two?.push(message("small"));
  }
  assert.equal(backlog.entries, 40);
  assert.ok(backlog.bytes > 2 * mebibyte);
  assert.equal(backlog.bytes, (one?.bytes ?? 0) + (two?.bytes ?? 0));
  await drain(one as DurableQueue<Message>);
  assert.equal(backlog.bytes, two?.bytes);
  await drain(two as DurableQueue<Message>);
  assert.deepEqual([backlog.entries, backlog.bytes], [0, 0]);
});

test("the bytes of entries from before the start count once they are read", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  queueOf(parts).push(message(large(1)));
  await parts.commit.durable();
  const after = await reopened(store.crash());
  assert.deepEqual([after.parts.mailboxes.entries, after.parts.mailboxes.bytes], [1, 0]);
  await after.queue.load();
  assert.equal(after.parts.mailboxes.bytes, after.queue.bytes);
  assert.ok(after.queue.bytes >= mebibyte / 10);
});
