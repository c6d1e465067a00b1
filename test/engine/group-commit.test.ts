// Transactions in groups: what is read before it is durable, when callbacks come, and what follows a write that fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Encodable } from "../../src/engine/message.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { bytes, setUp, text } from "./commit-setup.js";

/** A value that says how often it was encoded. */
class Lazy implements Encodable {
  encoded = 0;
  readonly size = 10;

  encode(): Uint8Array {
    this.encoded += 1;
    return bytes("lazy");
  }
}

test("what was put is read at once: from the open group, while it is written, and from the store", async () => {
  const { store, commit } = setUp();
  commit.put("a", bytes("1"));
  assert.equal(text(commit.get("a")), "1");
  const durable = commit.durable();
  await store.untilHeld(1);
  assert.equal(text(commit.get("a")), "1");
  commit.put("a", bytes("2"));
  assert.equal(text(commit.get("a")), "2");
  commit.delete("a");
  assert.equal(commit.get("a"), undefined);
  store.sync();
  await durable;
  assert.equal(commit.get("a"), undefined);
  assert.equal(text(store.crash().get("a")), "1", "the deletion is in the next group");
});

test("everything put before anybody waits is one write, and the last value of a key counts", async () => {
  const { store, commit, counters } = setUp(true);
  commit.put("a", bytes("1"));
  commit.put("b", bytes("1"));
  commit.put("a", bytes("2"));
  commit.delete("c");
  await Promise.all([commit.durable(), commit.flushed(), commit.durable()]);
  assert.deepEqual(store.groups, [["a", "b", "c"]]);
  assert.equal(text(store.crash().get("a")), "2");
  assert.equal(counters.commits, 1);
  assert.equal(counters.commitWrites, 3);
});

test("what is put while a group is written goes into the next one, which is written after it", async () => {
  const { store, commit } = setUp();
  const ended: string[] = [];
  commit.put("a", bytes("1"));
  commit.onDurable(() => ended.push("first"));
  await store.untilHeld(1);
  commit.put("b", bytes("1"));
  commit.onDurable(() => ended.push("second"));
  assert.equal(store.held, 1, "one write at a time");
  store.sync();
  await store.untilHeld(1);
  assert.deepEqual(ended, ["first"]);
  store.sync();
  await commit.flushed();
  assert.deepEqual(ended, ["first", "second"]);
  assert.deepEqual(store.groups, [["a"], ["b"]]);
});

test("a callback comes after its group is durable, and never synchronously", async () => {
  const { store, commit } = setUp();
  let called = false;
  commit.onOutcome(() => {
    called = true;
  });
  assert.equal(called, false, "not even when nothing was put");
  await commit.flushed();
  assert.equal(called, true);
  called = false;
  commit.put("a", bytes("1"));
  commit.onOutcome(() => {
    called = true;
  });
  await store.untilHeld(1);
  assert.equal(called, false);
  store.sync();
  await commit.flushed();
  assert.equal(called, true);
});

test("a waiter while nothing is open waits for the group that is being written", async () => {
  const { store, commit } = setUp();
  commit.put("a", bytes("1"));
  const first = commit.durable();
  await store.untilHeld(1);
  let ended = false;
  const second = commit.durable().then(() => {
    ended = true;
  });
  assert.equal(ended, false);
  store.sync();
  await Promise.all([first, second]);
  assert.deepEqual(store.groups, [["a"]], "no empty group was written");
});

test("the numbers of groups grow, and a group is durable when all before it are", async () => {
  const { store, commit } = setUp();
  const first = commit.openGroup;
  commit.put("a", bytes("1"));
  const durable = commit.durable();
  await store.untilHeld(1);
  assert.equal(commit.openGroup, first + 1);
  assert.ok(commit.durableGroup < first);
  store.sync();
  await durable;
  assert.equal(commit.durableGroup, first);
});

test("a key that is put and consumed in one group is never written, nor encoded", async () => {
  const { store, commit } = setUp(true);
  const value = new Lazy();
  commit.put("m", value);
  commit.put("other", bytes("1"));
  commit.consume("m");
  assert.equal(commit.get("m"), undefined);
  await commit.durable();
  assert.deepEqual(store.groups, [["other"]]);
  assert.equal(value.encoded, 0);
});

test("a key that an earlier group has put is deleted when it is consumed", async () => {
  const { store, commit } = setUp();
  commit.put("m", new Lazy());
  const durable = commit.durable();
  await store.untilHeld(1);
  commit.consume("m");
  assert.equal(commit.get("m"), undefined, "the group that is being written no longer counts");
  store.sync();
  await durable;
  assert.equal(text(store.crash().get("m")), "lazy");
  store.autoSync = true;
  commit.onOutcome(() => {});
  await commit.flushed();
  assert.equal(store.crash().get("m"), undefined);
});

test("a value is encoded when its group is written", async () => {
  const { store, commit } = setUp(true);
  const value = new Lazy();
  commit.put("m", value);
  assert.equal(value.encoded, 0);
  await commit.durable();
  assert.equal(value.encoded, 1);
  assert.equal(text(store.crash().get("m")), "lazy");
});

test("when nobody waits a group stays open for 5 ms", async () => {
  const { store, clock, commit } = setUp(true);
  commit.put("a", bytes("1"));
  await clock.advance(4);
  assert.deepEqual(store.groups, []);
  commit.put("b", bytes("1"));
  await clock.advance(1);
  assert.deepEqual(store.groups, [["a", "b"]]);
});

test("a group of 8 MiB is written although nobody waits", async () => {
  const { store, clock, commit } = setUp(true);
  commit.put("a", Buffer.alloc(8 * 1024 * 1024));
  await clock.settle();
  assert.deepEqual(store.groups, [["a"]]);
});

test("work inside should wait when 32 MiB are open, and no longer when they are being written", async () => {
  const { store, commit, changes } = setUp();
  commit.put("small", bytes("1"));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  commit.put("large", Buffer.alloc(32 * 1024 * 1024));
  assert.equal(commit.saturated, true);
  assert.equal(commit.trouble, undefined);
  const before = changes();
  store.sync();
  await store.untilHeld(1);
  assert.equal(commit.saturated, false);
  assert.ok(changes() > before);
  store.sync();
  await commit.flushed();
});

test("when a write fails, all waiters get the error once, those of the open group too, and the same group is written again", async () => {
  const { store, clock, commit } = setUp();
  commit.put("a", bytes("1"));
  const first = rejectsCode(commit.durable(), "STORE_FULL");
  await store.untilHeld(1);
  commit.put("b", bytes("1"));
  const second = rejectsCode(commit.durable(), "STORE_FULL");
  let flushed = 0;
  commit.onDurable(() => {
    flushed += 1;
  });
  store.fail("STORE_FULL");
  await Promise.all([first, second]);
  assert.equal(commit.trouble?.code, "STORE_FULL");
  assert.equal(commit.saturated, true);
  assert.equal(text(commit.get("a")), "1", "work inside goes on reading it");
  await clock.advance(99);
  assert.equal(store.held, 0);
  await clock.advance(1);
  assert.deepEqual(store.groups, [["a"], ["a"]]);
  store.sync();
  await store.untilHeld(1);
  assert.equal(commit.trouble, undefined);
  assert.equal(flushed, 0, "its group is not durable yet");
  store.sync();
  await clock.settle();
  assert.equal(flushed, 1);
  assert.equal(text(store.crash().get("b")), "1");
});

test("a write that goes on failing is tried later and later, at most every 5 seconds", async () => {
  const { store, clock, commit } = setUp();
  commit.put("a", bytes("1"));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  for (const waitMs of [100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
    store.fail();
    await clock.advance(waitMs - 1);
    assert.equal(store.held, 0, `before ${waitMs} ms`);
    await clock.advance(1);
    assert.equal(store.held, 1, `after ${waitMs} ms`);
  }
  store.sync();
  await commit.flushed();
  assert.equal(commit.trouble, undefined);
});

test("a waiter while the store is in trouble gets the next failure, and a flush ends with the success", async () => {
  const { store, clock, commit } = setUp();
  commit.put("a", bytes("1"));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  store.fail();
  await clock.settle();
  await commit.attempted();
  const told = rejectsCode(commit.durable(), "STORE_FAILED");
  let flushed = false;
  void commit.flushed().then(() => {
    flushed = true;
  });
  await clock.advance(100);
  store.fail();
  await told;
  assert.equal(flushed, false);
  store.autoSync = true;
  await clock.advance(200);
  assert.equal(flushed, true);
});

test("onChange comes when trouble begins and when it ends", async () => {
  const { store, clock, commit } = setUp();
  const seen: boolean[] = [];
  commit.onChange = () => seen.push(commit.trouble !== undefined);
  commit.put("a", bytes("1"));
  commit.onOutcome(() => {});
  await store.untilHeld(1);
  store.fail();
  await clock.advance(100);
  store.fail();
  await clock.advance(200);
  store.sync();
  await clock.settle();
  assert.deepEqual(seen, [true, false, false], "begin, end, end of the group; no call for the second failure");
});

test("a key that is written again and again neither holds up work nor counts as so many bytes", async () => {
  const { store, commit, counters } = setUp(true);
  const large = Buffer.alloc(1024 * 1024);
  for (let times = 0; times < 64; times++) commit.put("a", large);
  assert.equal(commit.saturated, false);
  await commit.durable();
  assert.deepEqual(store.groups, [["a"]]);
  assert.ok(counters.commitBytes < 2 * large.length);
});

test("what was read ahead is read without the store, and what a transaction has put since comes first", async () => {
  const { store, commit } = setUp(true);
  commit.put("a", bytes("1"));
  commit.put("b", bytes("1"));
  await commit.durable();
  const ahead = commit.readAhead(["a", "b", "none"]);
  store.get = () => {
    throw new Error("the store is read");
  };
  commit.using(ahead, () => {
    commit.put("b", bytes("2"));
    assert.deepEqual([text(commit.get("a")), text(commit.get("b")), commit.get("none")], ["1", "2", undefined]);
    const inner = commit.readAhead(["a"]);
    commit.using(inner, () => assert.equal(text(commit.get("a")), "1"));
    assert.equal(commit.get("none"), undefined);
  });
  assert.throws(() => commit.get("a"));
});

test("an error that is no StatefunError is STORE_FAILED", async () => {
  const { commit, store } = setUp();
  store.write = async () => {
    throw new TypeError("odd");
  };
  commit.put("a", bytes("1"));
  await rejectsCode(commit.durable(), "STORE_FAILED");
});

test("after a crash the store holds whole groups, the oldest first", async () => {
  const { store, commit } = setUp();
  for (const [key, value] of [
    ["a", "1"],
    ["a", "2"],
  ] as const) {
    commit.put(key, bytes(value));
    commit.put("b", bytes(value));
    commit.onOutcome(() => {});
    await store.untilHeld(1);
    if (value === "1") {
      store.sync();
      await commit.flushed();
    }
  }
  assert.deepEqual(
    [store.crash(0), store.crash(1)].map((left: MemoryStore) => [text(left.get("a")), text(left.get("b"))]),
    [
      ["1", "1"],
      ["2", "2"],
    ],
  );
});
