// Dropping waiting messages, also over a crash in the middle. What a drop does between calls is in maintenance.test.ts.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { kinds, rangeEnd } from "../../src/engine/keys.js";
import { failureOfValue } from "../../src/model/correlation.js";
import { Metadata } from "../../src/model/metadata.js";
import type { Store } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Batch, text } from "./functions.js";
import { open, type Running, type Setup } from "./support.js";

const many = 1_000;

interface World {
  readonly running: Running;
  readonly disk: ForgetfulStore;
  /** The messages that the function of the dropped address has had. */
  readonly seen: string[];
}

function setupOf(store: Store, seen: string[]): Setup {
  const functions = {
    from(batch: Batch) {
      for (let index = 0; index < many; index += 1) batch.send("f/a", `${index}`.padEnd(2000));
    },
    f({ messages }: Batch) {
      seen.push(...messages.map((message) => message.trim()));
    },
  };
  return { store, functions, heldByTest: true };
}

/** Many messages wait at a parked address, of which only the first ones are in memory. */
async function parkedMany(t: TestContext): Promise<World> {
  const disk = new ForgetfulStore({ autoSync: true });
  t.after(() => {
    disk.autoSync = true;
    disk.sync();
  });
  const seen: string[] = [];
  const running = await open(t, setupOf(disk, seen));
  await running.engine.park(at("f/a"), "for repair");
  await running.send("from/1", "");
  await running.settle();
  await running.reopen();
  return { running, disk, seen };
}

const marksOf = (store: Store) => store.keys({ from: kinds.drop, to: rangeEnd(kinds.drop), limit: 10 });

/** Begins to drop all, and lets so many writes of it reach the disk. */
async function dropHalf({ running, disk }: World, writes: number): Promise<{ dropped: Promise<number> }> {
  disk.autoSync = false;
  const dropped = running.engine.drop(at("f/a"), "all");
  dropped.catch(() => {});
  for (let synced = 0; synced < writes; synced += 1) {
    await disk.untilHeld(1);
    disk.sync(1);
  }
  await disk.untilHeld(1);
  return { dropped };
}

test("a drop of all that a crash cuts off is finished by the next start, or has not begun", async (t) => {
  for (const writes of [0, 1, 3]) {
    const world = await parkedMany(t);
    await dropHalf(world, writes);
    const left = world.disk.crash();
    const depth = await left.count({ from: kinds.message, to: rangeEnd(kinds.message) });
    assert.equal(depth === many, writes === 0, `${depth} are left after ${writes} writes`);
    assert.ok(depth > 0, "the crash is in the middle");
    const seen: string[] = [];
    const next = await open(t, setupOf(left, seen));
    await next.send("f/a", "new");
    await next.clock.advance(1000);
    if (writes === 0) await next.engine.drop(at("f/a"), "all");
    assert.deepEqual(seen, writes === 0 ? [] : ["new"]);
    const { mailboxMessages, parked } = next.engine.metrics;
    assert.deepEqual([mailboxMessages, parked], [0, 0]);
    await next.clock.advance(1000);
    assert.deepEqual(await marksOf(left), []);
    assert.equal((await next.engine.inspect(at("f/a"))).depth, 0);
  }
});

test("a drop that the next start finishes leaves the address parked that is parked at that start", async (t) => {
  const world = await parkedMany(t);
  await dropHalf(world, 1);
  const seen: string[] = [];
  const next = await open(t, { ...setupOf(world.disk.crash(), seen), park: [at("f/a")] });
  await next.send("f/a", "new");
  await next.clock.advance(1000);
  assert.deepEqual(seen, []);
  assert.deepEqual([next.engine.metrics.mailboxMessages, next.engine.metrics.parked], [1, 1]);
  await next.engine.retry(at("f/a"));
  await next.settle();
  assert.deepEqual(seen, ["new"]);
});

test("a drop that can't read the store when it begins changes nothing, and stops nothing", async (t) => {
  const { running, seen } = await parkedMany(t);
  for (const which of ["first", "all"] as const) {
    running.store.failReads = "STORE_FAILED";
    await rejectsCode(running.engine.drop(at("f/a"), which), "STORE_FAILED");
    running.store.failReads = undefined;
    assert.equal(running.engine.trouble, undefined);
    assert.equal(running.engine.metrics.parked, 1);
    assert.equal(await running.engine.drop(at("f/a"), which), which === "first" ? 1 : many - 1 - seen.length);
    await running.engine.park(at("f/a"), "for repair");
    await running.reopen();
  }
});

test("a start that finishes a drop goes on when the store can't be read for a while", async (t) => {
  const world = await parkedMany(t);
  await dropHalf(world, 1);
  const seen: string[] = [];
  const next = await open(t, setupOf(world.disk.crash(), seen));
  next.store.failReads = "STORE_FAILED";
  await next.send("f/a", "new");
  await next.clock.advance(1000);
  assert.deepEqual(seen, [], "nothing is delivered before the drop is done");
  assert.ok(next.engine.metrics.mailboxMessages > 1);
  next.store.failReads = undefined;
  await next.clock.advance(1000);
  assert.deepEqual(seen, ["new"]);
});

test("a drop of all that a close cuts off is finished by the next start", async (t) => {
  const world = await parkedMany(t);
  const { running, disk, seen } = world;
  const { dropped } = await dropHalf(world, 1);
  const told = rejectsCode(dropped, "SHUTTING_DOWN");
  running.store.failReads = "STORE_FAILED";
  disk.autoSync = true;
  disk.sync();
  await running.close();
  await running.clock.advance(1000);
  await told;
  running.store.failReads = undefined;
  await running.open();
  await running.clock.advance(1000);
  assert.deepEqual(seen, []);
  assert.deepEqual([running.engine.metrics.mailboxMessages, running.engine.metrics.parked], [0, 0]);
});

test("two drops of all at once remove each message once, and leave no mark", async (t) => {
  const { running, disk, seen } = await parkedMany(t);
  const first = running.engine.drop(at("f/a"), "all");
  await running.send("f/a", "behind the first");
  const second = running.engine.drop(at("f/a"), "all");
  await running.clock.advance(1000);
  assert.equal((await first) + (await second), many + 1);
  await running.clock.advance(1000);
  assert.deepEqual(await marksOf(disk), []);
  assert.deepEqual(seen, []);
  assert.equal(running.engine.metrics.mailboxMessages, 0);
});

test("a function that waits for the answer to a message which is dropped learns so", async (t) => {
  const told: string[] = [];
  const functions = {
    from({ messages, effects }: Batch) {
      for (const id of messages) {
        const argument = text("x").withMetadata(new Metadata({ "statefun-call": id }));
        effects.messages.push({ target: at("f/a"), argument });
      }
    },
    f: () => assert.fail("the message was dropped"),
  };
  const waiting = {
    from({ values }: Batch) {
      for (const value of values) {
        told.push(`${value.metadata.getText("statefun-answer")} ${failureOfValue(value).code} ${value.typename}`);
      }
    },
  };
  const running = await open(t, { functions });
  await running.engine.park(at("f/a"), "for repair");
  for (const id of ["1", "2", "3"]) await running.send("from/1", id);
  await running.settle();
  running.functions = { ...functions, ...waiting };
  await running.reopen();
  await running.engine.drop(at("f/a"), "first");
  await running.engine.park(at("f/a"), "again");
  await running.engine.drop(at("f/a"), "all");
  await running.settle();
  assert.deepEqual(
    told,
    ["1", "2", "3"].map((id) => `${id} ADDRESS_PARKED statefun.types/failure`),
  );
});
