// Some states of every address of a function, a few addresses at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "../../src/engine/keys.js";
import { StateHead } from "../../src/engine/state-heads.js";
import { StateRows } from "../../src/engine/state-rows.js";
import { wholeBytes } from "../../src/model/large-value.js";
import type { TypedValue } from "../../src/model/typed-value.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Range } from "../../src/store/store.js";
import { at, type Functions, spec, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const functions: Functions = { f: () => {}, g: () => {} };
const large = "x".repeat(wholeBytes + 1);

function setUp() {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store, functions });
  const reads: { range: Range; bytes: number }[] = [];
  const entries = store.entries.bind(store);
  store.entries = async (range) => {
    const found = await entries(range);
    reads.push({ range, bytes: found.reduce((sum, [, value]) => sum + value.length, 0) });
    return found;
  };
  const hold = (to: string, name: string, value = "x", one = spec(name)) =>
    parts.instances.wake(at(to)).states.set(one, packed(value).bytes, parts.clock.now());
  return { parts, rows: new StateRows(parts), hold, reads };
}

/** All rows, with the texts of their states, and the sizes of the large ones. */
async function all(rows: StateRows, names: readonly string[], after?: string) {
  const found: [string, Record<string, string | number>][] = [];
  for await (const page of rows.read("test/f", names, after)) {
    for (const { id, states } of page) {
      const shown = [...states].map(([name, value]) => [
        name,
        value instanceof StateHead ? value.bytes : textOf(value as TypedValue),
      ]);
      found.push([id, Object.fromEntries(shown)]);
    }
  }
  return found;
}

test("each address that holds a state has a row, in the order of the ids, with the states that were asked for", async () => {
  const { rows, hold } = setUp();
  for (const id of ["c", "a", "ü", "\u{1f600}", "\uffee"]) {
    hold(`f/${id}`, "one", `one of ${id}`);
    hold(`f/${id}`, "two", `two of ${id}`);
    hold(`f/${id}`, "other");
  }
  hold("f/without", "other");
  hold("g/elsewhere", "one");
  const found = await all(rows, ["two", "one"]);
  assert.deepEqual(
    found.map(([id]) => id),
    ["a", "c", "without", "ü", "\uffee", "\u{1f600}"],
  );
  assert.deepEqual(found[0], ["a", { one: "one of a", two: "two of a" }]);
  assert.deepEqual(found[2], ["without", {}]);
  assert.deepEqual(
    (await all(rows, ["one"], "c")).map(([id]) => id),
    ["without", "ü", "\uffee", "\u{1f600}"],
  );
  assert.deepEqual(await all(rows, ["one"], "\u{1f600}"), []);
});

test("an address whose states come in several reads has one row", async () => {
  const { rows, hold, reads } = setUp();
  const names = Array.from({ length: 500 }, (_, index) => `s${String(index).padStart(3, "0")}`);
  for (const id of ["a", "b"]) for (const name of names) hold(`f/${id}`, name, name);
  const found = await all(rows, names);
  assert.deepEqual(
    found.map(([id, states]) => [id, Object.keys(states).length]),
    [
      ["a", 500],
      ["b", 500],
    ],
  );
  assert.ok(reads.length > 4);
});

test("of a large state the head is read, and its value never, whether it was asked for or not", async () => {
  const { parts, rows, hold, reads } = setUp();
  for (const id of ["a", "b", "c"]) {
    hold(`f/${id}`, "count", id);
    hold(`f/${id}`, "photo", large);
    hold(`f/${id}`, "title", id);
  }
  const bytes = packed(large).unpack().value.length;
  const full = (id: string) => [id, { count: id, photo: bytes, title: id }];
  assert.deepEqual(await all(rows, ["count", "photo", "title"]), ["a", "b", "c"].map(full));
  assert.deepEqual(await all(rows, ["title"], "b"), [["c", { title: "c" }]]);
  for (const { range, bytes: read } of reads) assert.ok(read < 20_000, `${read} bytes of ${range.from}`);
  assert.ok((await parts.stored(kinds.head)).length === 3);
});

test("large states that have no head, as older versions wrote them, are read whole", async () => {
  const { parts, rows, hold } = setUp();
  hold("f/a", "photo", large);
  await parts.commit.durable();
  await parts.store.write((await parts.stored(kinds.head)).map((key) => [key, undefined] as const));
  assert.deepEqual(await all(rows, ["photo"]), [["a", { photo: large }]]);
});

test("very many large states are read head by head", async () => {
  const { rows, hold } = setUp();
  const ids = Array.from({ length: 120 }, (_, index) => String(index).padStart(3, "0"));
  for (const id of ids) hold(`f/${id}`, "photo", large);
  assert.deepEqual(
    (await all(rows, ["photo"])).map(([id]) => id),
    ids,
  );
});

test("a state that has expired is not in its row, large or not", async () => {
  const { parts, rows, hold } = setUp();
  const known = parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  const fresh = [spec("small", "after-write", 100), spec("photo", "after-write", 100)];
  parts.functions.register(known, fresh);
  hold("f/a", "small", "x", fresh[0]);
  hold("f/a", "photo", large, fresh[1]);
  hold("f/a", "kept");
  await parts.commit.durable();
  parts.clock.jump(100);
  assert.deepEqual(await all(rows, ["small", "photo", "kept"]), [["a", { kept: "x" }]]);
});

test("whoever ends the loop ends the reading", async () => {
  const { rows, hold, reads } = setUp();
  for (let id = 0; id < 2_000; id += 1) hold(`f/${String(id).padStart(5, "0")}`, "count");
  for await (const page of rows.read("test/f", ["count"], undefined)) {
    assert.ok(page.length > 0);
    break;
  }
  assert.ok(reads.length <= 2, `${reads.length} reads`);
});
