// The addresses of a function, a page at a time, and their counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressPages } from "../../src/engine/address-pages.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { at, type Functions, spec } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const functions: Functions = { f: () => {}, g: () => {} };

function setUp() {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store, functions });
  let reads = 0;
  const keys = store.keys.bind(store);
  store.keys = (range) => {
    reads += 1;
    return keys(range);
  };
  const state = (id: string, count = 1) => {
    const { states } = parts.instances.wake(at(`f/${id}`));
    for (let index = 0; index < count; index += 1) states.set(spec(`s${index}`), packed("x").bytes, 0);
  };
  const message = (id: string, count = 1) => {
    for (let index = 0; index < count; index += 1) parts.deliver(`f/${id}`, "x");
  };
  return { parts, pages: new AddressPages(parts), state, message, reads: () => reads };
}

/** All pages of a function's ids. */
async function all(pages: AddressPages, limit: number, prefix?: string): Promise<string[][]> {
  const found: string[][] = [];
  for (let after: string | undefined; ; after = found.at(-1)?.at(-1)) {
    await pages.counts("test/f"); // writes what was changed last
    const { ids, more } = await pages.held("test/f", { limit, after, prefix });
    found.push([...ids]);
    if (!more) return found;
  }
}

test("addresses with a state or a message are found once each, in the order of their ids", async () => {
  const { pages, state, message, parts } = setUp();
  for (const id of ["b", "c", "\u{1f600}", "\uffee"]) state(id, 3);
  for (const id of ["a", "c", "d"]) message(id, 2);
  parts.deliver("g/other", "x");
  const expected = ["a", "b", "c", "d", "\uffee", "\u{1f600}"];
  for (const limit of [1, 2, 3, 100]) {
    const found = await all(pages, limit);
    assert.deepEqual(found.flat(), expected);
    assert.equal(found.length, Math.ceil(expected.length / limit));
  }
  assert.deepEqual(
    (await pages.withMessages("test/f", { limit: 10 })).ids,
    ["a", "c", "d"],
    "those that have messages alone",
  );
});

test("ids that begin with a text are found, whatever characters are in it", async () => {
  const { pages, state, message } = setUp();
  const ids = [
    "",
    "a",
    "a\0",
    "a\0b",
    "a\u0001",
    "ab",
    "b",
    "\ud7ff",
    "\ud7ffx",
    "\ue000",
    "\u{10ffff}",
    "\u{10ffff}x",
  ];
  for (const [index, id] of ids.entries()) (index % 2 === 0 ? state : message)(id);
  for (const prefix of [...ids, "c", "\uffff"]) {
    for (const limit of [1, 100]) {
      const found = (await all(pages, limit, prefix)).flat();
      assert.deepEqual(new Set(found), new Set(ids.filter((id) => id.startsWith(prefix))), JSON.stringify(prefix));
    }
  }
});

test("a page ends when its ids have a mebibyte, and the next one goes on", async () => {
  const { pages, state, message } = setUp();
  const ids = Array.from({ length: 40 }, (_, index) => `${String(index).padStart(2, "0")}${"x".repeat(60_000)}`);
  for (const [index, id] of ids.entries()) {
    if (index % 3 > 0) state(id);
    if (index % 3 < 2) message(id);
  }
  const found = await all(pages, 1000);
  assert.deepEqual(found.flat(), ids);
  for (const page of found) assert.ok(page.length <= 18, `${page.length} ids of 60 kB`);
  assert.ok(found.length <= 4, `${found.length} pages`);
});

test("a thousand addresses take few reads", async () => {
  const { pages, state, reads, parts } = setUp();
  for (let id = 0; id < 1000; id += 1) state(`${id}`, 2);
  await parts.commit.durable();
  assert.equal((await pages.held("test/f", { limit: 1000 })).ids.length, 1000);
  assert.ok(reads() <= 30, `${reads()} reads`);
});

test("a function's addresses, messages and parked addresses are counted", async () => {
  const { pages, state, message, parts } = setUp();
  assert.deepEqual(await pages.counts("test/f"), { addresses: 0, waiting: 0, more: false, parked: 0 });
  state("a");
  message("b", 5);
  const parking = { since: 0, code: "ADDRESS_PARKED", reason: "for the test", attempts: 0 };
  parts.parked.park(parts.instances.wake(at("f/b")), parking);
  parts.parked.park(parts.instances.wake(at("g/b")), parking);
  assert.deepEqual(await pages.counts("test/f"), { addresses: 2, waiting: 5, more: false, parked: 1 });
});

test("of very many addresses a thousand are counted, with their messages", async () => {
  const { pages, message } = setUp();
  for (let id = 0; id < 1001; id += 1) message(String(id).padStart(4, "0"), 2);
  assert.deepEqual(await pages.counts("test/f"), { addresses: 1000, waiting: 2000, more: true, parked: 0 });
});

test("messages are not looked for where none can wait, and are found where they wait in the store alone", async () => {
  const { parts, pages, state, message, reads } = setUp();
  state("a");
  assert.deepEqual(await pages.counts("test/f"), { addresses: 1, waiting: 0, more: false, parked: 0 });
  assert.equal(reads(), 1, "the states alone");
  message("b");
  assert.equal((await pages.counts("test/f")).waiting, 1);
  await parts.commit.durable();
  const later = new Parts({ store: parts.store, functions });
  const known = later.functions.find("test", "f");
  assert.ok(known !== undefined);
  known.sleeping = true;
  assert.equal((await new AddressPages(later).counts("test/f")).waiting, 1);
});
