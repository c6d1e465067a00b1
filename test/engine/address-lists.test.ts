// Lists of a function's addresses: what they choose, what they show of each address, and how far one page goes.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AddressesPage, ListedAddress } from "../../src/engine/address-list-api.js";
import type { LargeState } from "../../src/engine/states-api.js";
import type { TypedValue } from "../../src/model/typed-value.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Functions, textOf } from "./functions.js";
import { open, type Running, stores } from "./support.js";

const functions: Functions = {
  f: {
    states: ["name", "large"],
    policy: { retry: { attempts: 3, firstMs: 60_000 } },
    handle(batch) {
      const [message = ""] = batch.messages;
      if (message === "fail") throw new Error("as the test wants");
      if (message.startsWith("large")) batch.set("large", "x".repeat(Number(message.slice(5))));
      batch.set("name", message);
    },
  },
  g: () => {},
};

/** All pages, with as many addresses on each. */
async function list(
  running: Running,
  page: Omit<AddressesPage, "limit"> = {},
  limit = 100,
): Promise<ListedAddress[][]> {
  const found: ListedAddress[][] = [];
  for (let after: string | undefined = page.after; ; ) {
    const place = after === undefined ? {} : { after };
    const { addresses, next } = await running.engine.addresses("test/f", { ...page, ...place, limit });
    found.push([...addresses]);
    if (next === undefined) return found;
    after = next;
  }
}

const idsOf = (pages: readonly (readonly ListedAddress[])[]) => pages.flat().map(({ id }) => id);

for (const store of stores) {
  test(`addresses are listed with what goes on at each, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    await running.send("f/ok", "hello");
    await running.send("f/failing", "fail");
    await running.settle();
    await running.engine.park(at("f/parked"), "for the test");
    await running.send("f/parked", "one");
    await running.send("f/parked", "two");
    await running.send("g/other", "hello");
    const [page = []] = await list(running, { columns: ["name", "nothing"] });
    assert.deepEqual(
      page.map(({ id, depth, parked, failing, delayed, columns }) => ({
        id,
        depth,
        parked: parked?.code,
        failing: failing?.attempts,
        delayed,
        columns: columns.map((value) => textOf(value as TypedValue | undefined)),
      })),
      [
        { id: "failing", depth: 1, parked: undefined, failing: 1, delayed: undefined, columns: [undefined, undefined] },
        {
          id: "ok",
          depth: 0,
          parked: undefined,
          failing: undefined,
          delayed: undefined,
          columns: ["hello", undefined],
        },
        {
          id: "parked",
          depth: 2,
          parked: "ADDRESS_PARKED",
          failing: undefined,
          delayed: undefined,
          columns: [undefined, undefined],
        },
      ],
    );
  });

  test(`a filter and a beginning of the id choose addresses, a page at a time, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    const ids = (kind: string) => Array.from({ length: 5 }, (_, index) => `${kind}${index}`);
    for (const id of ids("state")) await running.send(`f/${id}`, "hello");
    for (const id of ids("failing")) await running.send(`f/${id}`, "fail");
    for (const id of ids("parked")) await running.engine.park(at(`f/${id}`), "for the test");
    for (const id of ids("waiting")) await running.engine.park(at(`f/${id}`), "for the test");
    for (const id of ids("waiting")) await running.send(`f/${id}`, "hello");
    await running.settle();
    await running.engine.park(at("g/parked0"), "another function's");
    const expected = {
      parked: [...ids("parked"), ...ids("waiting")],
      failing: ids("failing"),
      waiting: [...ids("failing"), ...ids("waiting")],
    };
    for (const limit of [1, 2, 3, 5, 100]) {
      for (const [filter, chosen] of Object.entries(expected)) {
        const pages = await list(running, { filter: filter as "parked" }, limit);
        assert.deepEqual(idsOf(pages), chosen, filter);
        assert.equal(pages.length, Math.ceil(chosen.length / limit), filter);
      }
      assert.deepEqual(idsOf(await list(running, { prefix: "st" }, limit)), ids("state"));
      assert.deepEqual(idsOf(await list(running, { prefix: "parked", filter: "parked" }, limit)), ids("parked"));
      assert.deepEqual(idsOf(await list(running, { prefix: "waiting", filter: "waiting" }, limit)), ids("waiting"));
      assert.deepEqual(idsOf(await list(running, { prefix: "failing4", filter: "failing" }, limit)), ["failing4"]);
    }
    assert.deepEqual(idsOf(await list(running, { filter: "failing", prefix: "x" })), []);
  });

  test(`addresses with delayed messages come in the order of these messages, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    const delays = { a: [300, 900], b: [100], c: [200, 200, 200], ab: [500] };
    for (const [id, each] of Object.entries(delays))
      for (const delayMs of each) await running.send(`f/${id}`, "later", { delayMs });
    await running.send("g/a", "later", { delayMs: 1 });
    const shown = (pages: readonly ListedAddress[][]) => pages.flat().map(({ id, delayed }) => [id, delayed]);
    assert.deepEqual(shown(await list(running, { filter: "delayed" })), [
      ["b", 1],
      ["c", 3],
      ["a", 2],
      ["ab", 1],
    ]);
    assert.deepEqual(shown(await list(running, { filter: "delayed", prefix: "a" })), [
      ["a", 2],
      ["ab", 1],
    ]);
    // A page ends with the message that brings its last address. What the address has behind that comes on later pages.
    assert.deepEqual(shown(await list(running, { filter: "delayed" }, 2)), [
      ["b", 1],
      ["c", 1],
      ["c", 2],
      ["a", 1],
      ["ab", 1],
      ["a", 1],
    ]);
    await running.clock.advance(250);
    assert.deepEqual(idsOf(await list(running, { filter: "delayed" })), ["a", "ab"]);
  });

  test(`a page ends when its columns have 4 MiB, and the next one goes on, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    for (let id = 10; id < 46; id += 1) await running.send(`f/${id}`, `large${250_000}`);
    await running.settle();
    assert.deepEqual(
      (await list(running, { columns: ["large"] })).map((page) => page.map(({ id }) => id).at(-1)),
      ["26", "43", "45"],
    );
    assert.equal((await list(running, { columns: ["name"] })).length, 1);
  });

  test(`of a large column only the head is read, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    for (let id = 0; id < 9; id += 1) await running.send(`f/${id}`, `large${1_500_000}`);
    await running.settle();
    const [page = [], ...others] = await list(running, { columns: ["large"] });
    const columns = page.map(({ columns: [large] }) => large as LargeState);
    assert.equal(others.length, 0);
    assert.equal(columns.length, 9);
    for (const { bytes, head } of columns) {
      assert.equal(bytes, 1_500_000);
      assert.ok(head.length >= 4096 && head.length < 5000);
    }
  });
}

test("messages are counted exactly: of long mailboxes, of short ones between them, and of parked addresses", async (t) => {
  const running = await open(t, {
    functions: { f: () => {} },
  });
  for (const id of ["a", "b", "c", "d", "e", "f"]) await running.engine.park(at(`f/${id}`), "for the test");
  const depths = { a: 3, b: 2_500, c: 1, d: 4_100, e: 2, f: 1 };
  for (const [id, depth] of Object.entries(depths))
    for (let left = depth; left > 0; left -= 100) {
      const texts = Array.from({ length: Math.min(left, 100) }, () => running.send(`f/${id}`, "x"));
      await Promise.all(texts);
    }
  for (const filter of [undefined, "waiting", "parked"] as const) {
    const pages = await list(running, filter === undefined ? {} : { filter });
    assert.deepEqual(Object.fromEntries(pages.flat().map(({ id, depth }) => [id, depth])), depths);
  }
});

test("a filter that there is not is refused", async (t) => {
  const running = await open(t, { functions });
  await rejectsCode(running.engine.addresses("test/f", { limit: 1, filter: "odd" as "parked" }), "OPTION_INVALID");
  await rejectsCode(running.engine.addresses("no type name", { limit: 1 }), "TYPE_NAME_INVALID");
});
