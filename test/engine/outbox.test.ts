// The records of one egress: only durable ones leave, in order, within the window, until they are acknowledged.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../src/engine/outbox.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { Gate } from "../support/gate.js";
import { Parts, packed } from "./parts.js";
import { Taker } from "./support.js";
import { WatchedStore } from "./watched-store.js";

const outboxOf = (parts: Parts) => new Outbox("out/all", parts);

test("a record leaves when its group is durable, and not before", async () => {
  const store = new ForgetfulStore();
  const parts = new Parts({ store });
  const outbox = outboxOf(parts);
  const taker = new Taker();
  outbox.attach(taker);
  outbox.push(packed("one"));
  outbox.push(packed("two"));
  await store.untilHeld(1);
  assert.deepEqual(taker.values, []);
  store.sync();
  await parts.settle();
  assert.deepEqual(taker.values, ["one", "two"]);
});

test("neither a new consumer nor an acknowledgement lets a record leave that is not durable", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const outbox = outboxOf(parts);
  const gate = new Gate();
  const taker = new Taker(1, () => gate.promise);
  outbox.push(packed("one"));
  await parts.settle();
  store.autoSync = false;
  outbox.push(packed("two"));
  outbox.attach(taker);
  assert.deepEqual(taker.values, ["one"]);
  gate.open();
  await store.untilHeld(1);
  assert.deepEqual(taker.values, ["one"]);
  store.sync();
  await parts.settle();
  assert.deepEqual(taker.values, ["one", "two"]);
});

test("no record leaves while its group can't be written", async () => {
  const store = new ForgetfulStore();
  const parts = new Parts({ store });
  const outbox = outboxOf(parts);
  const taker = new Taker();
  outbox.attach(taker);
  outbox.push(packed("one"));
  await store.untilHeld(1);
  store.fail();
  await parts.settle();
  assert.deepEqual(taker.values, []);
  store.autoSync = true;
  await parts.clock.advance(100);
  assert.deepEqual(taker.values, ["one"]);
});

test("ids grow, in another start too, and a record keeps its id when it comes again", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const outbox = outboxOf(parts);
  const never = new Taker(10, () => new Promise(() => {}));
  outbox.attach(never);
  for (const value of ["one", "two"]) outbox.push(packed(value));
  await parts.settle();
  const after = new Parts({ store: store.crash() });
  await after.outboxes.open();
  const taker = new Taker();
  after.outboxes.attach("out/all", taker);
  after.outboxes.declared("out/all")?.push(packed("three"));
  await after.settle();
  assert.deepEqual(taker.values, ["one", "two", "three"]);
  assert.deepEqual(taker.ids.slice(0, 2), never.ids);
  assert.deepEqual([...taker.ids].sort(), taker.ids);
  assert.equal(new Set(taker.ids).size, 3);
});

test("an acknowledged record never comes again once that is durable", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  const outbox = outboxOf(parts);
  outbox.attach(new Taker());
  outbox.push(packed("one"));
  await parts.settle();
  assert.equal(parts.counters.egressAcknowledged, 1);
  await parts.commit.durable();
  assert.deepEqual((await store.crash().keys({ from: "o", to: "p", limit: 10 })).length, 0);
});

test("no more records are out than the window takes; each acknowledgement lets the next one go", async () => {
  const parts = new Parts();
  const outbox = outboxOf(parts);
  const gates: Gate[] = [];
  const taker = new Taker(2, () => {
    const gate = new Gate();
    gates.push(gate);
    return gate.promise;
  });
  outbox.attach(taker);
  for (const value of ["1", "2", "3", "4"]) outbox.push(packed(value));
  await parts.settle();
  assert.deepEqual(taker.values, ["1", "2"]);
  assert.equal(outbox.length, 4);
  gates[1]?.open();
  await parts.settle();
  assert.deepEqual(taker.values, ["1", "2", "3"]);
  gates[0]?.open();
  gates[2]?.open();
  await parts.settle();
  gates[3]?.open();
  await parts.settle();
  assert.equal(outbox.length, 0);
});

test("a record that was not taken comes again, later and later, and is logged each time", async () => {
  const parts = new Parts();
  const outbox = outboxOf(parts);
  let failures = 3;
  const taker = new Taker(10, () => {
    if (failures-- > 0) throw new Error("down");
  });
  outbox.attach(taker);
  outbox.push(packed("one"));
  await parts.settle();
  for (const waitMs of [100, 200, 400]) {
    const before = taker.values.length;
    await parts.clock.advance(waitMs - 1);
    assert.equal(taker.values.length, before);
    await parts.clock.advance(1);
    assert.equal(taker.values.length, before + 1);
  }
  assert.equal(new Set(taker.ids).size, 1);
  assert.equal(parts.logger.entries.length, 3);
  assert.ok(parts.logger.lines.every((line) => line.includes("out/all") && line.includes("down")));
  assert.equal(outbox.length, 0);
});

test("a consumer that throws at once is one that rejects", async () => {
  const parts = new Parts();
  const outbox = outboxOf(parts);
  let calls = 0;
  outbox.attach({
    window: 1,
    receive: () => {
      calls += 1;
      if (calls === 1) throw new TypeError("odd");
      return Promise.resolve();
    },
  });
  outbox.push(packed("one"));
  await parts.settle();
  await parts.clock.advance(100);
  assert.deepEqual([calls, parts.counters.egressAcknowledged], [2, 1]);
});

test("records that came before the consumer wait for it", async () => {
  const parts = new Parts();
  const outbox = outboxOf(parts);
  outbox.push(packed("one"));
  await parts.settle();
  const taker = new Taker();
  outbox.attach(taker);
  await parts.settle();
  assert.deepEqual(taker.values, ["one"]);
});

test("a closed outbox hands nothing out, and repeats nothing; its records wait for the next start", async () => {
  const parts = new Parts();
  const outbox = outboxOf(parts);
  const taker = new Taker(10, () => {
    throw new Error("down");
  });
  outbox.attach(taker);
  outbox.push(packed("one"));
  await parts.settle();
  outbox.close();
  outbox.push(packed("two"));
  await parts.clock.advance(100_000);
  assert.deepEqual(taker.values, ["one"]);
  assert.equal((await parts.stored("o")).length, 2);
});

test("records that are only in the store are read back, also when a read fails first", async () => {
  const memory = new MemoryStore();
  const before = new Parts({ store: memory });
  for (let number = 0; number < 250; number++) outboxOf(before).push(packed(`${number}`));
  await before.commit.durable();
  const store = new WatchedStore(memory);
  const parts = new Parts({ store });
  await parts.outboxes.open();
  const taker = new Taker(1000);
  store.failReads = "STORE_FAILED";
  parts.outboxes.attach("out/all", taker);
  await parts.settle();
  assert.deepEqual(taker.values, []);
  store.release();
  await parts.clock.advance(100);
  assert.deepEqual(
    taker.values,
    Array.from({ length: 250 }, (_, number) => `${number}`),
  );
});
