// A queue that the store keeps: its order, its rest that is only in the store, and what a restart finds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backlog, Memory } from "../../src/engine/backlog.js";
import { DurableQueue } from "../../src/engine/durable-queue.js";
import { rangeEnd } from "../../src/engine/keys.js";
import { decodeMessage, type Message } from "../../src/engine/message.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { message, Parts, textIn } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const prefix = "mqueue\0";
const mebibyte = 1024 * 1024;

function queueOf(parts: Parts): DurableQueue<Message> {
  return new DurableQueue(prefix, parts.shared, parts.mailboxes, decodeMessage);
}

/** The queue as the next start finds it. */
function reopened(store: Store): { parts: Parts; queue: DurableQueue<Message> } {
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  queue.findRest();
  return { parts, queue };
}

/** Consumes everything, and returns the texts. */
async function drain(queue: DurableQueue<Message>): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    if (queue.loaded === 0) await queue.load();
    if (queue.loaded === 0) return texts;
    texts.push(textIn(queue.consume()) as string);
  }
}

/** Texts of which ten fill the memory of one queue. */
const large = (number: number) => `${number} `.padEnd(mebibyte / 10, "x");
const numberOf = (text: string | undefined) => Number.parseInt(text ?? "", 10);

test("entries leave in the order in which they came; first and last keys follow them", () => {
  const queue = queueOf(new Parts());
  assert.deepEqual([queue.isEmpty, queue.firstKey, queue.lastKey], [true, undefined, undefined]);
  const messages = ["a", "b", "c"].map((text) => message(text));
  for (const one of messages) queue.push(one);
  assert.deepEqual([queue.firstKey, queue.lastKey], [messages[0]?.key, messages[2]?.key]);
  assert.ok((queue.firstKey as string) < (queue.lastKey as string));
  assert.equal(textIn(queue.consume()), "a");
  assert.equal(textIn(queue.at(0)), "b");
  assert.deepEqual([queue.loaded, queue.firstKey], [2, messages[1]?.key]);
  queue.consume();
  queue.consume();
  assert.deepEqual([queue.isEmpty, queue.firstKey, queue.lastKey], [true, undefined, undefined]);
});

test("durable entries are there after a crash, in their order; consumed ones are not", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  for (const text of ["a", "b", "c"]) queue.push(message(text));
  queue.consume();
  await parts.commit.durable();
  queue.push(message("never durable"));
  const after = reopened(store.crash());
  assert.equal(after.queue.isEmpty, false);
  assert.equal(after.queue.loaded, 0);
  assert.deepEqual(await drain(after.queue), ["b", "c"]);
});

test("new entries come behind those from before the start", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  queue.push(message("before"));
  await parts.commit.durable();
  const after = reopened(store.crash());
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
  assert.equal(queue.isEmpty, true);
  await parts.commit.durable();
  assert.deepEqual(await drain(reopened(store.crash()).queue), ["a"]);
});

test("a long queue keeps its head in memory and reads its rest back, in order, also while more come", async () => {
  const parts = new Parts({ store: new ForgetfulStore({ autoSync: true }) });
  const queue = queueOf(parts);
  for (let number = 0; number < 30; number++) queue.push(message(large(number)));
  assert.equal(parts.mailboxes.entries, 30);
  assert.ok(queue.loaded >= 10 && queue.loaded <= 11, `${queue.loaded} are in memory`);
  const seen: number[] = [];
  let pushed = 30;
  while (!queue.isEmpty) {
    if (queue.loaded === 0) {
      const loading = queue.load();
      if (pushed < 34) queue.push(message(large(pushed++)));
      await loading;
      if (queue.loaded === 0) break;
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
  const { queue } = reopened(store.crash());
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
  const { queue } = reopened(store);
  store.failReads = "STORE_FAILED";
  await rejectsCode(queue.load(), "STORE_FAILED");
  assert.deepEqual([queue.isEmpty, queue.loaded], [false, 0]);
  store.release();
  assert.deepEqual(await drain(queue), ["a"]);
});

test("an entry that can't be decoded loads no part of its page", async () => {
  const parts = new Parts();
  queueOf(parts).push(message("a"));
  await parts.commit.durable();
  const key = "mqueue\0zzzzzzzzz";
  await parts.store.write([[key, new Uint8Array([255])]]);
  const { queue } = reopened(parts.store);
  await rejectsAny(queue.load());
  assert.deepEqual([queue.isEmpty, queue.loaded], [false, 0]);
});

async function rejectsAny(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise);
}

test("a rest that turns out to be empty is no rest", async () => {
  const { queue, parts } = reopened(new MemoryStore());
  assert.equal(queue.isEmpty, false);
  await queue.load();
  assert.deepEqual([queue.isEmpty, parts.mailboxes.entries, parts.memory.used], [true, 0, 0]);
});

test("a full memory keeps new entries in the store alone, and takes them when it has room", async () => {
  const parts = new Parts({ store: new ForgetfulStore({ autoSync: true }), limits: { memoryBytes: mebibyte } });
  const queue = queueOf(parts);
  for (let number = 0; number < 20; number++) queue.push(message(large(number)));
  assert.ok(parts.memory.used <= mebibyte / 2 + 4096, `one queue takes ${parts.memory.used} bytes`);
  const texts = await drain(queue);
  assert.deepEqual(
    texts.map(numberOf),
    Array.from({ length: 20 }, (_, number) => number),
  );
  assert.equal(parts.memory.used, 0);
});

test("entries that are unloaded give their memory back and are read again, in order, with what came behind", async () => {
  const parts = new Parts({ store: new ForgetfulStore({ autoSync: true }) });
  const queue = queueOf(parts);
  for (const text of ["a", "b", "c"]) queue.push(message(text));
  queue.consume();
  queue.unload();
  queue.push(message("d"));
  assert.deepEqual([queue.loaded, parts.mailboxes.loaded, queue.isEmpty], [0, 0, false]);
  const { bytes } = queue;
  assert.deepEqual(await drain(queue), ["b", "c", "d"]);
  assert.ok(bytes > 0);
  assert.deepEqual([queue.bytes, parts.mailboxes.bytes, parts.mailboxes.entries, parts.memory.used], [0, 0, 0, 0]);
});

test("one page of large entries is read at once, however many wait", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const queue = queueOf(parts);
  for (let number = 0; number < 50; number++) queue.push(message(large(number)));
  await parts.commit.durable();
  const after = reopened(store.crash());
  await after.queue.load();
  assert.ok(after.queue.loaded < 5, `${after.queue.loaded} entries of 100 kB are loaded`);
});

test("queues share a backlog, which holds their entries and bytes and returns to nothing", async () => {
  const backlog = new Backlog(new Memory(64 * mebibyte));
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

test("entries from before the start count as entries once they are counted, and never with their bytes", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  queueOf(parts).push(message(large(1)));
  await parts.commit.durable();
  const after = reopened(store.crash());
  after.parts.mailboxes.found(1);
  await after.queue.load();
  assert.deepEqual([after.parts.mailboxes.entries, after.parts.mailboxes.bytes, after.queue.bytes], [1, 0, 0]);
  after.queue.consume();
  assert.deepEqual([after.parts.mailboxes.entries, after.parts.mailboxes.bytes, after.queue.bytes], [0, 0, 0]);
});

/** The numbers of entries, by their texts. */
async function numbersOf(parts: Parts): Promise<Map<string, number>> {
  await parts.commit.durable();
  const entries = await parts.store.entries({ from: prefix, to: rangeEnd(prefix), limit: 10_000 });
  return new Map(
    entries.map(([key, bytes]) => {
      const found = decodeMessage(key, bytes);
      return [(textIn(found) as string).trim(), found.number];
    }),
  );
}

for (const [where, size] of [
  ["in memory", 1],
  ["only in the store", 300_000],
] as const) {
  test(`an entry is replaced and removed ${where}, and everything counts as before`, async () => {
    const store = new MemoryStore();
    const parts = new Parts({ store });
    const { commit } = parts;
    const queue = queueOf(parts);
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(size));
    commit.transact(() => {
      for (const text of texts) queue.push(message(text));
    });
    const numbers = await numbersOf(parts);
    const [edited, removed] = [numbers.get("17") as number, numbers.get("18") as number];
    const find = (number: number) => queue.find(number) as Message;
    assert.equal(textIn(find(edited)), texts[17]);
    commit.transact(() => {
      queue.replace(find(edited), message("first"));
      queue.remove(find(removed));
    });
    assert.equal(queue.find(removed), undefined);
    assert.equal(textIn(find(edited)), "first");
    commit.transact(() => queue.replace(find(edited), message("edited")));
    assert.equal(find(edited).number, edited);
    const expected = [...texts.slice(0, 17), "edited", texts[19]].map((each) => each?.trim());
    assert.equal(parts.mailboxes.entries, 19);
    await commit.durable();
    assert.deepEqual([...(await numbersOf(parts)).keys()], expected, "as a restart would find them");
    assert.deepEqual(
      (await drain(queue)).map((each) => each.trim()),
      expected,
    );
    const { bytes, loaded, entries } = parts.mailboxes;
    assert.deepEqual([queue.bytes, bytes, loaded, entries], [0, 0, 0, 0]);
    await commit.durable();
    assert.deepEqual(await parts.stored(prefix), []);
  });
}

test("an entry that was replaced and consumed in one group does not come back", async () => {
  const store = new MemoryStore();
  const parts = new Parts({ store });
  const { commit } = parts;
  const queue = queueOf(parts);
  commit.transact(() => queue.push(message("before")));
  const number = (await numbersOf(parts)).get("before") as number;
  commit.transact(() => queue.replace(queue.find(number) as Message, message("after")));
  assert.equal(textIn(queue.consume()), "after");
  await commit.durable();
  assert.deepEqual(await parts.stored(prefix), []);
});

test("what changes while the store is read is not read as it was", async () => {
  const store = new MemoryStore();
  const first = new Parts({ store });
  const before = queueOf(first);
  first.commit.transact(() => {
    for (const text of ["a", "b", "c"]) before.push(message(text));
  });
  const numbers = await numbersOf(first);
  const { parts, queue } = reopened(store);
  const [read, changed] = [new Gate(), new Gate()];
  const entries = store.entries.bind(store);
  store.entries = async (range) => {
    const found = await entries(range);
    read.open();
    await changed.promise; // what was read is on its way
    return found;
  };
  const loading = queue.load();
  await read.promise;
  const of = (text: string) => queue.find(numbers.get(text) as number) as Message;
  parts.commit.transact(() => {
    queue.replace(of("b"), message("edited"));
    queue.remove(of("c"));
  });
  changed.open();
  await loading;
  assert.deepEqual(await drain(queue), ["a", "edited"]);
});

test("an entry that does not wait is not found", async () => {
  const parts = new Parts();
  const queue = queueOf(parts);
  parts.commit.transact(() => queue.push(message("x")));
  const number = (await numbersOf(parts)).get("x") as number;
  assert.equal(queue.find(number + 1), undefined);
  queue.consume();
  assert.equal(queue.find(number), undefined, "its deletion is not written yet");
});
