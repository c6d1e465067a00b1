// Pages of delayed messages: what they choose, and how much one page reads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DelayedPages, shownKey } from "../../src/engine/delayed-pages.js";
import { DelayedMessage } from "../../src/engine/message.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { at } from "./functions.js";
import { Parts, packed } from "./parts.js";

class CountingStore extends MemoryStore {
  read = 0;

  override async entries(range: Parameters<MemoryStore["entries"]>[0]) {
    const entries = await super.entries(range);
    this.read += entries.length;
    return entries;
  }
}

function setUp() {
  const store = new CountingStore();
  const parts = new Parts({ store });
  const add = (to: string, dueAt: number, value = "x") =>
    parts.commit.transact(() => {
      const message = new DelayedMessage(at(to), undefined, packed(value), dueAt, undefined);
      parts.delayed.add(message);
      return shownKey(message.key);
    });
  return { parts, store, add, pages: new DelayedPages(parts) };
}

test("a page without a filter reads only what it shows", async () => {
  const { add, pages, store } = setUp();
  const keys = Array.from({ length: 1000 }, (_, id) => add("f/a", id));
  const { items, next } = await pages.page({}, { limit: 10, after: keys[99] });
  assert.deepEqual(
    items.map(({ key }) => shownKey(key)),
    keys.slice(100, 110),
  );
  assert.equal(next, keys[109]);
  assert.ok(store.read <= 11, `${store.read} were read`);
});

test("the last page has no next one, whether it is full or not", async () => {
  const { add, pages } = setUp();
  for (let id = 0; id < 4; id += 1) add(`f/${id % 2}`, id);
  assert.equal((await pages.page({}, { limit: 4 })).next, undefined);
  assert.equal((await pages.page({}, { limit: 5 })).next, undefined);
  assert.notEqual((await pages.page({}, { limit: 3 })).next, undefined);
  assert.equal((await pages.page({ id: "1" }, { limit: 2 })).next, undefined);
  assert.equal((await pages.page({}, { limit: 1, after: "zzzzzzzzzzzzzzzzzz" })).next, undefined);
});

test("a page of a filter ends after 10,000 messages, whatever it has found, and the next one goes on", async () => {
  const { add, pages, store } = setUp();
  for (let id = 0; id < 25_000; id += 1) add("f/a", id);
  const last = add("f/b", 30_000);
  const filter = { typeName: "test/f", id: "b" };
  const pagesRead: number[] = [];
  for (let after: string | undefined; ; ) {
    const before = store.read;
    const { items, next } = await pages.page(filter, { limit: 10, after });
    pagesRead.push(store.read - before);
    if (next === undefined) {
      assert.deepEqual(
        items.map(({ key }) => shownKey(key)),
        [last],
      );
      break;
    }
    assert.deepEqual(items, []);
    after = next;
  }
  assert.equal(pagesRead.length, 3);
  for (const read of pagesRead) assert.ok(read <= 10_500, `${read} were read`);
  const { items, next } = await pages.addresses("test/f", { limit: 10, prefix: "b" });
  assert.deepEqual(items, []);
  assert.notEqual(next, undefined);
});

test("a page ends after 16 MiB that it reads and after 4 MiB that it has found", async () => {
  const { add, pages } = setUp();
  const large = "x".repeat(1024 * 1024);
  for (let id = 0; id < 20; id += 1) add("f/a", id, large);
  assert.equal((await pages.page({}, { limit: 100 })).items.length, 4);
  assert.equal((await pages.page({ id: "a" }, { limit: 100 })).items.length, 4);
  const none = await pages.page({ id: "b" }, { limit: 100 });
  assert.deepEqual([none.items.length, none.next === undefined], [0, false]);
});
