// A store that logs its failed reads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LoggingStore } from "../../src/engine/logging-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { WatchedStore } from "./watched-store.js";

const range = { from: "", to: "z", limit: 10 };

function setUp() {
  const watched = new WatchedStore(new MemoryStore());
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  return { watched, clock, logger, store: new LoggingStore(watched, clock, logger) };
}

test("it reads and writes what the store behind it holds, and logs nothing", async () => {
  const { store, logger } = setUp();
  await store.write([["a", Buffer.from("1")]]);
  assert.equal(Buffer.from(store.get("a") ?? []).toString(), "1");
  assert.deepEqual(await store.keys(range), ["a"]);
  assert.equal((await store.entries(range)).length, 1);
  await store.close();
  throwsCode(() => store.get("a"), "STORE_FAILED");
  assert.equal(logger.entries.length, 1);
});

test("of failed reads one is logged in a minute, whichever kind it is; each is thrown", async () => {
  const { store, watched, clock, logger } = setUp();
  watched.failReads = "STORE_FAILED";
  for (let round = 1; round <= 3; round++) {
    throwsCode(() => store.get("a"), "STORE_FAILED");
    await rejectsCode(store.keys(range), "STORE_FAILED");
    await rejectsCode(store.entries(range), "STORE_FAILED");
    assert.equal(logger.entries.length, round);
    assert.equal(logger.entries[0]?.level, "error");
    await clock.advance(59_999);
    throwsCode(() => store.get("a"), "STORE_FAILED");
    assert.equal(logger.entries.length, round);
    await clock.advance(1);
  }
});

test("a failed write is thrown and not logged", async () => {
  const { store, watched, logger } = setUp();
  watched.failWrites = "STORE_FULL";
  await rejectsCode(store.write([["a", undefined]]), "STORE_FULL");
  assert.deepEqual(logger.entries, []);
});
