// One state of every address of a function, a page at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatePages } from "../../src/engine/state-pages.js";
import type { StatesFound } from "../../src/engine/states-api.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { at, type Functions, spec, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const functions: Functions = { f: () => {}, g: () => {} };

function setUp() {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store, functions });
  const reads: number[] = [];
  const keys = store.keys.bind(store);
  store.keys = async (range) => {
    const found = await keys(range);
    reads.push(found.length);
    return found;
  };
  const hold = (to: string, name: string, value = "x") =>
    parts.instances.wake(at(to)).states.set(spec(name), packed(value).bytes, parts.clock.now());
  return { parts, pages: new StatePages(parts), hold, reads };
}

/** All pages of one state. */
async function all(pages: StatePages, name: string, limit: number): Promise<StatesFound[]> {
  const found: StatesFound[] = [];
  for (let after: string | undefined; ; after = found.at(-1)?.next) {
    found.push(await pages.page("test/f", name, { limit, ...(after === undefined ? {} : { after }) }));
    if (found.at(-1)?.next === undefined) return found;
  }
}

const idsOf = (found: readonly StatesFound[]) => found.flatMap(({ states }) => states.map(({ id }) => id));

test("a state is listed of each address that holds it, in the order of the ids, and of no other function", async () => {
  const { pages, hold, parts } = setUp();
  for (const id of ["c", "a", "ü", "\u{1f600}", "\uffee"]) {
    hold(`f/${id}`, "wanted", `value of ${id}`);
    hold(`f/${id}`, "another");
    hold(`f/${id}`, "z");
  }
  hold("f/without", "another");
  hold("g/other", "wanted");
  for (const limit of [1, 2, 3, 100]) {
    const found = await all(pages, "wanted", limit);
    assert.deepEqual(idsOf(found), ["a", "c", "ü", "\uffee", "\u{1f600}"], `${limit}`);
    for (const { states } of found) assert.ok(states.length <= limit);
  }
  const [first] = (await pages.page("test/f", "wanted", { limit: 1 })).states;
  assert.equal(first && textOf(first.value), "value of a");
  assert.equal(first?.writtenAt, parts.clock.now());
});

test("a page ends when its states have a quarter of a mebibyte, and the next one goes on", async () => {
  const { pages, hold } = setUp();
  const ids = Array.from({ length: 9 }, (_, index) => `${index}`);
  for (const id of ids) hold(`f/${id}`, "wanted", "x".repeat(1024 * 1024));
  const found = await all(pages, "wanted", 1000);
  assert.deepEqual(idsOf(found), ids);
  assert.equal(found.length, 10);
});

test("a page of addresses without the state ends after ten thousand keys, empty, and says where the next one begins", async () => {
  const { pages, hold, reads } = setUp();
  for (let id = 0; id < 25_000; id += 1) hold(`f/${String(id).padStart(5, "0")}`, "another");
  hold("f/last", "wanted");
  const first = await pages.page("test/f", "wanted", { limit: 100 });
  assert.deepEqual(first.states, []);
  assert.ok(first.next !== undefined);
  assert.ok(reads.reduce((sum, count) => sum + count, 0) <= 10_000);
  const found = await all(pages, "wanted", 100);
  assert.deepEqual(idsOf(found), ["last"]);
  assert.equal(found.length, 3);
});

test("the other states of an address are jumped over", async () => {
  const { pages, hold, reads } = setUp();
  for (const id of ["a", "b", "c"]) {
    for (let index = 0; index < 5_000; index += 1) hold(`f/${id}`, `${index % 2 ? "a" : "z"}${index}`);
    hold(`f/${id}`, "m");
  }
  assert.deepEqual(idsOf(await all(pages, "m", 100)), ["a", "b", "c"]);
  assert.ok(reads.length <= 8, `${reads.length} reads of 15,003 keys`);
});

test("a state is found that lies on the border of two reads", async () => {
  const { pages, hold } = setUp();
  // The first read ends with the 99 states before and the state, or right before it.
  for (const before of [98, 99, 100, 101]) {
    for (let index = 0; index < before; index += 1) hold(`f/${before}`, `a${index}`);
    hold(`f/${before}`, "m");
    hold(`f/${before}`, "n");
  }
  assert.deepEqual(idsOf(await all(pages, "m", 100)), ["100", "101", "98", "99"]);
});

test("one value is read by its address", async () => {
  const { pages, hold } = setUp();
  hold("f/a", "wanted", "here");
  const value = pages.value(at("f/a"), "wanted");
  assert.equal(value && textOf(value), "here");
  assert.equal(pages.value(at("f/b"), "wanted"), undefined);
});
