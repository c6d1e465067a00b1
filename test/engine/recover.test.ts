// What older versions have written is found by this one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../src/store/memory-store.js";
import { Parts, packed } from "./parts.js";
import { Taker } from "./support.js";
import { WatchedStore } from "./watched-store.js";

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
    await parts.outboxes.open();
    const taker = new Taker();
    parts.outboxes.attach(egress, taker);
    await parts.settle();
    assert.deepEqual([parts.outboxes.all().length, taker.values], [1, ["one"]], JSON.stringify(egress));
    await parts.commit.durable();
    assert.deepEqual(await old.keys({ from: "o", to: "p", limit: 10 }), []);
  }
});

test("the records are looked through once in the life of a folder", async () => {
  const store = new WatchedStore(new MemoryStore());
  let scans = 0;
  const { keys } = store;
  store.keys = (range) => {
    if (range.from.startsWith("o") && range.limit >= 10_000) scans += 1;
    return keys.call(store, range);
  };
  const open = async () => {
    const parts = new Parts({ store });
    await parts.outboxes.open();
    return parts;
  };
  const first = await open();
  first.outboxes.declare("out/x");
  first.outboxes.declared("out/x")?.push(packed("one"));
  await first.commit.durable();
  scans = 0;
  await (await open()).commit.durable();
  assert.equal(scans, 1);
  await open();
  assert.equal(scans, 1);
});
