// The functions, a page at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FunctionPages } from "../../src/engine/function-pages.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { randomOf } from "../support/random.js";
import { at, type Functions, spec } from "./functions.js";
import { Parts } from "./parts.js";

const handle = () => {};
const functionsOf = (names: readonly string[]): Functions => Object.fromEntries(names.map((name) => [name, handle]));

function setUp(served: readonly string[], store = new MemoryStore()) {
  const parts = new Parts({ store, functions: functionsOf(served) });
  return { parts, pages: new FunctionPages(parts) };
}

/** The names of the functions on all pages. */
async function all(pages: FunctionPages, limit: number): Promise<string[][]> {
  const found: string[][] = [];
  for (let after: string | undefined; ; after = `test/${found.at(-1)?.at(-1)}`) {
    const page = await pages.page({ limit, ...(after === undefined ? {} : { after }) });
    if (page.length === 0) return found;
    found.push(page.map(({ typeName }) => typeName.slice("test/".length)));
  }
}

/** A store in which messages wait for some functions, and addresses of others are parked. */
async function waiting(messages: readonly string[], parked: readonly string[]): Promise<MemoryStore> {
  const { parts } = setUp([...messages, ...parked]);
  for (const name of messages) parts.deliver(`${name}/a`, "x");
  for (const name of parked) {
    const parking = { since: 0, code: "ADDRESS_PARKED", reason: "for the test", attempts: 0 };
    parts.parked.park(parts.instances.wake(at(`${name}/a`)), parking);
  }
  await parts.commit.durable();
  return parts.store as MemoryStore;
}

test("functions that were found and functions that nothing serves are listed once each, in order, on pages of any size", async (t) => {
  const random = randomOf(t);
  const names = ["a", "a-b", "a0", "b", "ü", "\uffee", "\u{1f600}", "z"].flatMap((name) => [
    name,
    `${name}!`,
    `${name}~`,
  ]);
  const messages = names.filter(() => random.chance());
  const parked = names.filter(() => random.chance());
  const served = names.filter(() => random.chance());
  const { parts, pages } = setUp(served, await waiting(messages, parked));
  const met = served.filter((name) => messages.includes(name) || parked.includes(name) || random.chance());
  for (const name of met) parts.functions.find("test", name);
  const gone = [...messages, ...parked].filter((name) => !served.includes(name));
  const expected = [...new Set([...met, ...gone])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const limit of [1, 2, 3, 7, 100]) {
    const found = await all(pages, limit);
    assert.deepEqual(found.flat(), expected);
    assert.equal(found.length, Math.ceil(expected.length / limit));
  }
});

test("an entry says how a function is reached, which states it has registered, and what becomes of its failures", async () => {
  const { parts, pages } = setUp(["f"], await waiting(["gone"], []));
  const known = parts.functions.find("test", "f");
  parts.functions.register(known as never, [spec("count", "after-write", 5)]);
  const states = [{ name: "count", typename: "test/text", expireMode: "after-write", expireAfterMs: 5 }];
  const served = { typeName: "test/f", endpoint: "all", states, policy: (await pages.find("test/f"))?.policy };
  const gone = { typeName: "test/gone", endpoint: "served by nothing", states: [], policy: undefined };
  assert.deepEqual(await pages.page({ limit: 10 }), [served, gone]);
  assert.deepEqual([await pages.find("test/f"), await pages.find("test/gone")], [served, gone]);
  assert.equal(await pages.find("test/nothing"), undefined);
  const { onFailure, retry, maxBatch } = served.policy ?? {};
  assert.deepEqual([onFailure, retry?.attempts, maxBatch], ["park", 10, 1000]);
});

test("functions that nobody has called are listed when they are named, in their places", async () => {
  const { parts, pages } = setUp(["a", "b", "c"]);
  parts.functions.find("test", "b");
  assert.deepEqual(await all(pages, 10), [["b"]]);
  const page = await pages.page({ limit: 2, quiet: ["test/c", "test/a", "test/missing"] });
  assert.deepEqual(
    page.map(({ typeName }) => typeName),
    ["test/a", "test/b"],
  );
});

test("a page behind what is no type name is refused", async () => {
  const { pages } = setUp([]);
  await rejectsCode(pages.page({ after: "nothing", limit: 1 }), "TYPE_NAME_INVALID");
});

test("a page reads the store for its own functions, not for all", async () => {
  const names = Array.from({ length: 500 }, (_, index) => `f${String(index).padStart(3, "0")}`);
  const store = await waiting(names, []);
  const { parts, pages } = setUp(names, store);
  for (const name of names) parts.functions.find("test", name);
  let reads = 0;
  const keys = store.keys.bind(store);
  store.keys = (range) => {
    reads += 1;
    return keys(range);
  };
  assert.equal((await pages.page({ after: "test/f200", limit: 10 })).at(-1)?.typeName, "test/f210");
  assert.ok(reads <= 15, `${reads} reads`);
});
