// The sweeper: what it removes, what it leaves, and when it does so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Call } from "../../src/engine/call.js";
import { defaultKeyLifetimeMs } from "../../src/engine/idempotency-keys.js";
import { parseOrdered } from "../../src/engine/keys.js";
import { Sweeper } from "../../src/engine/sweeper.js";
import type { ValueSpec } from "../../src/model/invocation.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Functions, spec } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const functions: Functions = { f: () => {} };
const specs = [spec("kept"), spec("fresh", "after-write", 1000)];

async function setUp(store = new WatchedStore(new MemoryStore())) {
  const parts = new Parts({ store, functions });
  const known = parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  parts.functions.register(known, specs);
  parts.clock.watch = () => ({ busy: store.busy, done: store.done });
  return { parts, store, sweeper: new Sweeper(parts) };
}

/** Writes both states of an address, and forgets its instance. */
function write({ instances, clock }: Parts, id: string): void {
  const { states } = instances.wake(at(`f/${id}`));
  for (const one of specs) states.set(one, packed("x").bytes, clock.now());
}

/** The parts of the next start, with the same clock's time. */
async function asleep(before: Parts): Promise<Awaited<ReturnType<typeof setUp>>> {
  await before.commit.durable();
  const next = await setUp(before.store as WatchedStore);
  next.parts.clock.jump(before.clock.now() - next.parts.clock.now());
  return next;
}

/** Moves the clock over the pauses of work in the background, and lets it end. */
async function paced({ clock, commit }: Parts, work: Promise<void>): Promise<void> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  while (!done) await clock.advance(20);
  await ended;
  await commit.durable();
}

test("states are removed when they have expired, also of addresses that nobody calls, and others stay", async () => {
  const { parts } = await setUp();
  for (const id of ["a", "b"]) write(parts, id);
  const { parts: later, sweeper } = await asleep(parts);
  await later.clock.advance(999);
  write(later, "b");
  await sweeper.round();
  await later.commit.durable();
  assert.equal((await later.stored("s")).length, 4);
  await later.clock.advance(1);
  await sweeper.round();
  await later.commit.durable();
  const left = await later.stored("s");
  assert.deepEqual(
    left.map((key) => key.slice("stest\0f\0".length)),
    ["a\0kept", "b\0fresh", "b\0kept"],
  );
});

test("a state of an address that has a call in flight stays until its next call", async () => {
  const { parts, sweeper } = await setUp();
  write(parts, "a");
  await parts.commit.durable();
  const instance = parts.instances.wake(at("f/a"));
  instance.call = new Call(1, () => {});
  await parts.clock.advance(1000);
  await sweeper.round();
  await parts.commit.durable();
  assert.equal((await parts.stored("s")).length, 2);
  instance.call = undefined;
  await sweeper.round();
  await parts.commit.durable();
  assert.equal((await parts.stored("s")).length, 1);
  assert.deepEqual(
    instance.states.forCall(specs, parts.clock.now()).map(({ packed: value }) => value !== undefined),
    [true, false],
  );
});

test("a state that was written anew in a group that is not written yet stays", async () => {
  const { parts, sweeper, store } = await setUp();
  write(parts, "a");
  await parts.commit.durable();
  await parts.clock.advance(1000);
  store.hold();
  write(parts, "a");
  const swept = sweeper.round();
  await parts.settle();
  store.release();
  await swept;
  await parts.commit.durable();
  assert.equal((await parts.stored("s")).length, 2);
});

test("an entry of the index that comes too early is moved to the deadline of its value", async () => {
  const { parts, sweeper } = await setUp();
  const { states } = parts.instances.wake(at("f/a"));
  const fresh = specs[1] as ValueSpec;
  const times = async () => (await parts.stored("x")).map((key) => parseOrdered(key.slice(1)) - begun);
  const begun = parts.clock.now();
  states.set(fresh, packed("x").bytes, begun);
  parts.clock.jump(600);
  states.set(fresh, packed("y").bytes, begun + 600);
  await parts.commit.durable();
  for (const [ms, expected] of [
    [399, [1000]],
    [1, [1600]],
    [599, [1600]],
    [1, []],
  ] as const) {
    parts.clock.jump(ms);
    await sweeper.round();
    await parts.commit.durable();
    assert.deepEqual(await times(), expected);
  }
  assert.deepEqual(await parts.stored("s"), []);
});

test("an entry is dropped whose value was deleted, or was deleted and set again after the entry had moved", async () => {
  const { parts, sweeper } = await setUp();
  const { states } = parts.instances.wake(at("f/a"));
  const fresh = specs[1] as ValueSpec;
  const set = (text: string | undefined) =>
    states.set(fresh, text === undefined ? undefined : packed(text).bytes, parts.clock.now());
  const round = async (ms: number) => {
    parts.clock.jump(ms);
    await sweeper.round();
    await parts.commit.durable();
    return (await parts.stored("x")).length;
  };
  set("x");
  parts.clock.jump(900);
  set("y");
  await parts.commit.durable();
  assert.equal(await round(100), 1, "moved to 1900");
  set(undefined);
  await parts.commit.durable();
  assert.equal(await round(0), 1, "the entry that has moved is not found when the value is deleted");
  set("z");
  await parts.commit.durable();
  assert.equal(await round(899), 2);
  assert.equal(await round(1), 1);
  assert.equal((await parts.stored("s")).length, 1, "the value was set at 1000, and expires at 2000");
  assert.equal(await round(100), 0);
  assert.deepEqual(await parts.stored("s"), []);
});

test("a round reads what is due, not what is not", async () => {
  const { parts } = await setUp();
  for (let number = 0; number < 1000; number++) write(parts, `${number}`);
  await parts.commit.durable();
  const { parts: later, sweeper, store } = await asleep(parts);
  later.clock.jump(500);
  for (const id of ["a", "b"]) write(later, id);
  await later.commit.durable();
  const read: string[] = [];
  const get = store.get.bind(store);
  store.get = (key) => {
    if (key.startsWith("s")) read.push(key);
    return get(key);
  };
  let entries = 0;
  const readEntries = store.entries.bind(store);
  store.entries = async (range) => {
    const page = await readEntries(range);
    entries += page.length;
    return page;
  };
  await sweeper.round();
  assert.deepEqual([read.length, entries], [0, 0]);
  later.clock.jump(500);
  await paced(later, sweeper.round());
  assert.deepEqual([read.length, entries], [1000, 1000]);
  assert.equal((await later.stored("s")).length, 1000 + 4);
  assert.equal((await later.stored("x")).length, 2);
});

test("two rounds at once remove everything once", async () => {
  const { parts, sweeper } = await setUp();
  for (let number = 0; number < 700; number++) write(parts, `${number}`);
  await parts.commit.durable();
  parts.clock.jump(1000);
  await paced(
    parts,
    Promise.all([sweeper.round(), sweeper.round()]).then(() => {}),
  );
  assert.equal((await parts.stored("s")).length, 700);
  assert.deepEqual(await parts.stored("x"), []);
});

test("a round that is stopped in the middle ends, and changes nothing more", async (t) => {
  // No time passes, so that a slow machine gives others no turn before the pause in which the test stops the round.
  t.mock.method(performance, "now", () => 0);
  const { parts, sweeper } = await setUp();
  for (let number = 0; number < 1200; number++) write(parts, `${number}`.padStart(4, "0"));
  await parts.commit.durable();
  parts.clock.jump(1000);
  const round = sweeper.round();
  await parts.settle();
  sweeper.stop();
  await round;
  await parts.commit.durable();
  assert.equal((await parts.stored("x")).length, 700);
});

test("requests are forgotten a day after they were made, thousands of them too", async () => {
  const { parts, sweeper } = await setUp();
  for (let number = 0; number < 1200; number++) parts.keys.remember(`${number}`, "one");
  await parts.commit.durable();
  parts.clock.jump(defaultKeyLifetimeMs);
  await sweeper.round();
  await parts.commit.durable();
  assert.equal((await parts.stored("i")).length, 1200, "the day is not over at its last millisecond");
  parts.clock.jump(1);
  await paced(parts, sweeper.round());
  assert.deepEqual([...(await parts.stored("i")), ...(await parts.stored("e"))], []);
});

test("a round begins every minute, and the next one after a round that failed", async () => {
  const { parts, sweeper, store } = await setUp();
  parts.keys.remember("key", "one");
  await parts.commit.durable();
  parts.clock.jump(defaultKeyLifetimeMs + 1);
  sweeper.start();
  await parts.clock.advance(59_999);
  assert.equal((await parts.stored("i")).length, 1);
  store.failReads = "STORE_FAILED";
  await parts.clock.advance(1);
  store.release();
  assert.equal((await parts.stored("i")).length, 1);
  await parts.clock.advance(60_000);
  await parts.commit.durable();
  assert.equal((await parts.stored("i")).length, 0);
});

test("once stopped it begins no round", async () => {
  const { parts, sweeper } = await setUp();
  parts.keys.remember("key", "one");
  await parts.commit.durable();
  parts.clock.jump(defaultKeyLifetimeMs + 1);
  sweeper.start();
  sweeper.stop();
  sweeper.start();
  await parts.clock.advance(200_000);
  assert.equal((await parts.stored("i")).length, 1);
});

test("a round that can't read rejects", async () => {
  const { sweeper, store } = await setUp();
  store.failReads = "STORE_FAILED";
  await rejectsCode(sweeper.round(), "STORE_FAILED");
});
