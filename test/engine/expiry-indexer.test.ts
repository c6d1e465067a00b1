// What is put into the index in the background: values of older versions, and values whose expiration the code has changed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { unindexedPrefix } from "../../src/engine/expiry-entries.js";
import { ExpiryIndexer } from "../../src/engine/expiry-indexer.js";
import { kinds } from "../../src/engine/keys.js";
import { Pace } from "../../src/engine/pace.js";
import { Sweeper } from "../../src/engine/sweeper.js";
import type { ValueSpec } from "../../src/model/invocation.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store, Write } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Functions, spec } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const functions: Functions = { f: () => {} };
const kept = spec("kept");
const fresh = (afterMs = 1000) => spec("fresh", "after-write", afterMs);

function setUp(store: Store = new MemoryStore(), specs: readonly ValueSpec[] = [kept, fresh()]) {
  const parts = new Parts({ store, functions });
  const known = parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  if (specs.length > 0) parts.functions.register(known, specs);
  const pace = new Pace(parts);
  return { parts, pace, known, indexer: new ExpiryIndexer(parts, pace), sweeper: new Sweeper(parts) };
}

function write({ instances, clock }: Parts, ids: readonly string[], specs: readonly ValueSpec[] = [kept, fresh()]) {
  for (const id of ids) {
    const { states } = instances.wake(at(`f/${id}`));
    for (const one of specs) states.set(one, packed("x").bytes, clock.now());
  }
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

/** Makes a folder what an older version has written: one without an index, whose values know nothing of it. */
async function older(store: Store): Promise<void> {
  const all = await store.entries({ from: "", to: "\u{10ffff}", limit: 1_000_000 });
  const writes = all.flatMap(([key, value]): Write[] => {
    if (key.startsWith(kinds.expiring) || key.startsWith(`${kinds.meta}unindexed`) || key === `${kinds.meta}indexing`) {
      return [[key, undefined]];
    }
    // The time under which a value was indexed is the last field: one byte, and a number of six bytes.
    return key.startsWith(kinds.state) && key.endsWith("fresh") ? [[key, value.subarray(0, -7)]] : [];
  });
  await store.write(writes);
}

const idsOf = (keys: readonly string[]) => keys.map((key) => key.split("\0")[2]);

async function counts(parts: Parts) {
  const count = async (prefix: string) => (await parts.stored(prefix)).length;
  return { states: await count("s"), index: await count("x"), unindexed: await count(unindexedPrefix) };
}

const many = Array.from({ length: 1200 }, (_, index) => `${index}`.padStart(4, "0"));

test("the values of an older version's folder are put in, and are removed when they have expired", async () => {
  const { parts } = setUp();
  write(parts, many);
  await parts.commit.durable();
  await older(parts.store);
  const later = setUp(parts.store, []);
  assert.deepEqual(await counts(later.parts), { states: 2400, index: 0, unindexed: 0 });
  await paced(later.parts, later.indexer.run());
  assert.deepEqual(await counts(later.parts), { states: 2400, index: 1200, unindexed: 0 });
  later.parts.clock.jump(1000);
  await paced(later.parts, later.sweeper.round());
  assert.deepEqual(await counts(later.parts), { states: 1200, index: 0, unindexed: 0 });
});

test("it goes on where it was after a restart in the middle", async () => {
  const { parts } = setUp();
  write(parts, many);
  await parts.commit.durable();
  await older(parts.store);
  const cut = setUp(parts.store, []);
  const run = cut.indexer.run();
  await cut.parts.clock.advance(20);
  cut.pace.stop();
  await run;
  await cut.parts.commit.durable();
  const { index, unindexed } = await counts(cut.parts);
  assert.ok(index > 0 && index < 1200);
  assert.equal(unindexed, 1);
  const last = setUp(parts.store, []);
  const reads: string[] = [];
  const get = last.parts.commit.get.bind(last.parts.commit);
  last.parts.commit.get = (key) => {
    if (key.startsWith(kinds.state)) reads.push(key);
    return get(key);
  };
  await paced(last.parts, last.indexer.run());
  assert.deepEqual(await counts(last.parts), { states: 2400, index: 1200, unindexed: 0 });
  assert.equal(reads.length, 1200 - index, "no value twice");
});

test("after a crash at any write it is completed by the next start", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const { parts } = setUp(store);
  write(parts, many);
  await parts.commit.durable();
  await older(store);
  for (let writes = 0; ; writes += 1) {
    const disk = new ForgetfulStore({ autoSync: true });
    await disk.write(await store.entries({ from: "", to: "\u{10ffff}", limit: 1_000_000 }));
    let left = writes;
    const cut = setUp(disk, []);
    const write = disk.write.bind(disk);
    disk.write = (entries) => (left-- > 0 ? write(entries) : new Promise(() => {}));
    let done = false;
    void cut.indexer
      .run()
      .then(() => cut.parts.commit.durable())
      .then(() => {
        done = true;
      });
    for (let turns = 0; turns < 10 && !done; turns += 1) await cut.parts.clock.advance(20);
    cut.pace.stop();
    const next = setUp(disk.crash(), []);
    await paced(next.parts, next.indexer.run());
    assert.deepEqual(await counts(next.parts), { states: 2400, index: 1200, unindexed: 0 }, `after ${writes} writes`);
    if (done) break;
  }
});

test("a shorter expiration of the function finds the values that were put in under the longer one", async () => {
  const { parts } = setUp(new MemoryStore(), [fresh(100_000)]);
  write(parts, ["a", "b"], [fresh(100_000)]);
  await parts.commit.durable();
  const later = setUp(parts.store, [fresh(1000)]);
  await later.parts.commit.durable();
  later.parts.clock.jump(1000);
  await later.sweeper.round();
  assert.equal((await counts(later.parts)).states, 2, "the index holds the later times still");
  await later.sweeper.sweep();
  await later.parts.commit.durable();
  assert.equal((await counts(later.parts)).states, 0);
  later.parts.clock.jump(100_000);
  await later.sweeper.round();
  await later.parts.commit.durable();
  assert.deepEqual(await counts(later.parts), { states: 0, index: 0, unindexed: 0 });
});

test("a longer expiration of the function lets the values live longer", async () => {
  const { parts } = setUp(new MemoryStore(), [fresh(1000)]);
  write(parts, ["a"], [fresh(1000)]);
  await parts.commit.durable();
  const later = setUp(parts.store, [fresh(5000)]);
  for (const [ms, states] of [
    [1000, 1],
    [3999, 1],
    [1, 0],
  ] as const) {
    later.parts.clock.jump(ms);
    await later.sweeper.sweep();
    await later.parts.commit.durable();
    assert.equal((await counts(later.parts)).states, states);
  }
  assert.deepEqual(await counts(later.parts), { states: 0, index: 0, unindexed: 0 });
});

test("a state that expires no more stays, and one that expires again is found again", async () => {
  const { parts } = setUp(new MemoryStore(), [fresh()]);
  write(parts, ["a"], [fresh()]);
  await parts.commit.durable();
  const never = setUp(parts.store, [spec("fresh")]);
  never.parts.clock.jump(1000);
  await never.sweeper.sweep();
  await never.parts.commit.durable();
  assert.deepEqual(await counts(never.parts), { states: 1, index: 0, unindexed: 0 });
  const again = setUp(parts.store, [fresh(5000)]);
  await again.parts.commit.durable();
  again.parts.clock.jump(4999);
  await again.sweeper.sweep();
  await again.parts.commit.durable();
  assert.deepEqual(await counts(again.parts), { states: 1, index: 1, unindexed: 0 });
  again.parts.clock.jump(1);
  await again.sweeper.sweep();
  await again.parts.commit.durable();
  assert.deepEqual(await counts(again.parts), { states: 0, index: 0, unindexed: 0 });
});

test("values that are written meanwhile are put in once", async () => {
  const { parts } = setUp();
  write(parts, many);
  await parts.commit.durable();
  await older(parts.store);
  const later = setUp(parts.store, []);
  const run = later.indexer.run();
  await later.parts.clock.advance(20);
  write(later.parts, [...many.slice(0, 10), ...many.slice(-10), "9999"]);
  await paced(later.parts, run);
  later.parts.clock.jump(1000);
  await paced(later.parts, later.sweeper.round());
  assert.deepEqual(await counts(later.parts), { states: 1201, index: 0, unindexed: 0 });
});

test("an expiration that changes meanwhile lets all values be looked at again", async () => {
  const { parts } = setUp(new MemoryStore(), [fresh(100_000)]);
  write(parts, many, [fresh(100_000)]);
  await parts.commit.durable();
  await older(parts.store);
  const later = setUp(parts.store, []);
  const run = later.indexer.run();
  await later.parts.clock.advance(20);
  later.parts.functions.register(later.known, [fresh(1000)]);
  await paced(later.parts, run);
  later.parts.clock.jump(1000);
  await paced(later.parts, later.sweeper.round());
  assert.equal((await counts(later.parts)).states, 0);
});

test("states and functions whose names begin alike, or hold odd characters, are kept apart", async () => {
  const odd = spec("a\0fresh", "after-write", 1000);
  const { parts } = setUp(new MemoryStore(), [fresh(1000), kept]);
  parts.functions.registerTypename(parts.functions.find("test", "f") as never, odd.name, odd.typename);
  write(parts, ["a", "zwei\0\u0001ü"], [fresh(), { ...odd, expiration: kept.expiration }]);
  await parts.commit.durable();
  await older(parts.store);
  const later = setUp(parts.store, []);
  await later.indexer.run();
  await later.parts.commit.durable();
  later.parts.clock.jump(1000);
  await later.sweeper.round();
  await later.parts.commit.durable();
  assert.deepEqual(await later.parts.stored("x"), []);
  assert.deepEqual(idsOf(await later.parts.stored("s")).length, 2, "those that never expire");
});

test("a run that can't read rejects, and the next one goes on", async () => {
  const store = new WatchedStore(new MemoryStore());
  const { parts } = setUp(store);
  write(parts, ["a"]);
  await parts.commit.durable();
  await older(store);
  const later = setUp(store, []);
  store.failReads = "STORE_FAILED";
  await rejectsCode(later.indexer.run(), "STORE_FAILED");
  store.release();
  await later.indexer.run();
  await later.parts.commit.durable();
  assert.deepEqual(await counts(later.parts), { states: 2, index: 1, unindexed: 0 });
});
