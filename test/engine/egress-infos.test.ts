// The egresses as people see them.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EgressConsumer } from "../../src/engine/engine-api.js";
import { type Functions, textOf } from "./functions.js";
import { open, stores, Taker } from "./support.js";

const functions: Functions = {
  f(batch) {
    for (const message of batch.messages) batch.egress("all", message);
  },
};

for (const store of stores) {
  test(`an egress shows what waits, also what is from before the start, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions, egresses: ["out/all", "out/other"] });
    const start = running.clock.now();
    for (let id = 0; id < 12; id += 1) await running.send("f/a", String(id));
    await running.settle();
    const [all, other, ...rest] = await running.engine.egresses();
    assert.deepEqual(rest, []);
    assert.equal(other?.egress, "out/other");
    assert.deepEqual([other.pending, other.oldestAt, other.records], [0, undefined, []]);
    const { records, bytes, oldestAt, ...shown } = all as NonNullable<typeof all>;
    assert.deepEqual(shown, {
      egress: "out/all",
      declared: true,
      consumer: undefined,
      target: undefined,
      pending: 12,
      handedOut: 0,
      failures: 0,
      lastFailure: undefined,
    });
    assert.ok(bytes > 12 * 20);
    assert.ok(oldestAt !== undefined && Math.abs(oldestAt - start) <= 1000);
    assert.deepEqual(
      records.map(({ value }) => textOf(value)),
      Array.from({ length: 10 }, (_, id) => String(id)),
    );
    await running.clock.advance(5000);
    await running.reopen();
    await running.settle();
    const [later] = await running.engine.egresses();
    assert.deepEqual([later?.pending, later?.oldestAt, later?.records], [12, running.clock.now(), records]);
    const taker = new Taker(3, () => new Promise<void>(() => {}));
    running.engine.attach("out/all", taker);
    await running.settle();
    const [taken] = await running.engine.egresses();
    assert.deepEqual([taken?.consumer, taken?.handedOut, taken?.pending], ["program", 3, 12]);
    assert.deepEqual(
      taken?.records.slice(0, 3).map(({ id }) => id),
      taker.ids,
      "a record has the id under which its consumer gets it",
    );
  });
}

test("the last failure is shown, and whether a later try has succeeded", async (t) => {
  const running = await open(t, { functions });
  let fails = true;
  running.engine.attach(
    "out/all",
    new Taker(1, () => {
      if (fails) throw new Error("as the test wants");
    }),
  );
  await running.send("f/a", "x");
  await running.settle();
  const [failing] = await running.engine.egresses();
  assert.deepEqual(failing?.lastFailure, { at: running.clock.now(), message: "as the test wants", isOver: false });
  assert.equal(failing?.failures, 1);
  fails = false;
  await running.clock.advance(1000);
  const [well] = await running.engine.egresses();
  assert.deepEqual([well?.lastFailure?.isOver, well?.pending], [true, 0]);
});

test("a consumer says what it is, and which tries it has repeated by itself", async (t) => {
  const running = await open(t, { functions });
  const consumer: EgressConsumer = {
    window: 1,
    kind: "file",
    target: "/var/log/records",
    failures: 3,
    lastFailure: { at: 17, message: "no space", isOver: false },
    receive: async () => {},
  };
  running.engine.attach("out/all", consumer);
  const [info] = await running.engine.egresses();
  assert.deepEqual(
    [info?.consumer, info?.target, info?.failures, info?.lastFailure],
    ["file", "/var/log/records", 3, consumer.lastFailure],
  );
});
