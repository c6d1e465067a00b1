// The outboxes of all egresses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { message, Parts, packed } from "./parts.js";
import { Taker } from "./support.js";

/** The parts of an engine whose store holds a record from before the start. */
async function partsWithRecord(): Promise<Parts> {
  const parts = new Parts();
  await parts.store.write([["oout/before\x00000000001", message("before").encode()]]);
  await (await parts.outboxes.open()).counted;
  return parts;
}

test("functions may send to a declared egress, and to one with a consumer, and to no other", async () => {
  const { outboxes } = await partsWithRecord();
  outboxes.declare("out/declared");
  outboxes.attach("out/attached", new Taker());
  assert.equal(outboxes.declared("out/declared")?.egress, "out/declared");
  assert.equal(outboxes.declared("out/attached")?.egress, "out/attached");
  assert.equal(outboxes.declared("out/before"), undefined);
  assert.equal(outboxes.declared("out/other"), undefined);
  assert.equal(outboxes.all().length, 3);
});

test("an egress has one outbox, however often it is declared", () => {
  const { outboxes } = new Parts();
  outboxes.declare("out/all");
  const outbox = outboxes.declared("out/all");
  outboxes.declare("out/all");
  assert.equal(outboxes.declared("out/all"), outbox);
});

test("records count until they are acknowledged, those of before the start too", async () => {
  const parts = await partsWithRecord();
  const { outboxes, records } = parts;
  outboxes.declare("out/all");
  outboxes.declared("out/all")?.push(packed("one"));
  assert.equal(records.entries, 2);
  let acknowledge = () => {};
  outboxes.attach("out/all", new Taker(10, () => new Promise<void>((resolve) => (acknowledge = resolve))));
  await parts.settle();
  assert.equal(records.entries, 2);
  acknowledge();
  await parts.settle();
  assert.equal(records.entries, 1);
});

test("close hands out no more records of any egress", async () => {
  const parts = new Parts();
  const takers = ["out/a", "out/b"].map((egress) => {
    const taker = new Taker();
    parts.outboxes.attach(egress, taker);
    return taker;
  });
  parts.outboxes.close();
  for (const egress of ["out/a", "out/b"]) parts.outboxes.declared(egress)?.push(packed("x"));
  await parts.clock.advance(1000);
  assert.deepEqual(
    takers.flatMap(({ values }) => values),
    [],
  );
});
