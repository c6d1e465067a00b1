// What a large value costs the event loop during a backup: LevelDB's binding copies it in this thread, at each step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassicLevel } from "classic-level";
import { backUp } from "../../src/store/backup.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Entry } from "../../src/store/store.js";
import { freshFolder } from "./folders.js";

test("large values are written by themselves, in later turns of the event loop than the one that read them, and by no batch", async (t) => {
  const page: Entry[] = [
    ["a", Buffer.alloc(10)],
    ["large1", Buffer.alloc(2_000_000)],
    ["large2", Buffer.alloc(2_000_000)],
    ["z", Buffer.alloc(10)],
  ];
  let turns = 0;
  let ticking: NodeJS.Immediate;
  const tick = () => {
    turns += 1;
    ticking = setImmediate(tick);
  };
  tick();
  t.after(() => clearImmediate(ticking));
  let read = 0;
  class OnePage extends MemoryStore {
    override async *pages() {
      read = turns;
      yield page;
    }
  }
  const { put } = ClassicLevel.prototype;
  const writtenAt: [string, number][] = [];
  t.mock.method(ClassicLevel.prototype, "put", function (this: typeof put, ...given: Parameters<typeof put>) {
    writtenAt.push([String(given[0]), turns]);
    return put.apply(this as never, given);
  });
  await backUp(new OnePage(), freshFolder(t));
  assert.deepEqual(
    writtenAt.map(([key]) => key),
    ["large1", "large2"],
  );
  const [first = 0, second = 0] = writtenAt.map(([, turn]) => turn);
  assert.ok(read < first && first < second, `${read}, ${first}, ${second}`);
});

test("many values that are large together are written by several batches", async (t) => {
  const store = new MemoryStore();
  await store.write(Array.from({ length: 100 }, (_, index) => [`key${index}`, Buffer.alloc(100_000)] as const));
  const { batch } = ClassicLevel.prototype;
  const batches = t.mock.method(ClassicLevel.prototype, "batch", function (this: never, ...given: never) {
    return batch.apply(this, given);
  });
  const { entries } = await backUp(store, freshFolder(t));
  assert.equal(entries, 100);
  // Eleven of them are a MiB. The last one is left alone, and a single entry needs no batch.
  assert.equal(batches.mock.callCount(), 9);
});
