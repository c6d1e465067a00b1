import assert from "node:assert/strict";
import { test } from "node:test";
import { Packed } from "../../src/engine/packed.js";
import { countRuns, type RunCounters } from "../../src/engine/run-counts.js";
import { TypedValue } from "../../src/model/typed-value.js";
import { encodeJournal } from "../../src/workflows/journal/encode-journal.js";
import type { Journal } from "../../src/workflows/journal/journal.js";
import { journalTypename } from "../../src/workflows/journal/names.js";
import { ended, journal, operation, queued, run } from "../runtime/runs/journals.js";

const packed = (bytes: Uint8Array) => Packed.pack(new TypedValue(journalTypename, bytes), "v3");
const of = (parts: Partial<Journal>) => packed(encodeJournal(journal(parts)));
const counted = (...journals: (Packed | undefined)[]) => {
  const counters: { runs: RunCounters | undefined } = { runs: undefined };
  journals.slice(1).forEach((after, index) => {
    countRuns(counters, journals[index], after);
  });
  return counters.runs;
};
const none = { completed: 0, failed: 0, cancelled: 0, restarted: 0 };
const waits = (id: string) => run(id, [operation("receive:a", { kind: "receive" })]);

test("runs that live and that wait for their turn have not ended", () => {
  const two = of({ runCount: 2, runs: [waits("a")], waiting: [queued("b")] });
  assert.deepEqual(counted(undefined, two), { taken: 2, ended: none });
  const one = of({ runCount: 2, runs: [waits("b")], lastEnded: ended("a", "failed") });
  assert.deepEqual(counted(undefined, two, one), { taken: 2, ended: { ...none, failed: 1 } });
});

test("several runs that end at once count under the outcome of the last", () => {
  const two = of({ runCount: 2, runs: [waits("a"), waits("b")] });
  const after = of({ runCount: 3, lastEnded: ended("c", "cancelled") });
  assert.deepEqual(counted(two, after), { taken: 1, ended: { ...none, cancelled: 3 } });
});

test("a journal that can't be read, or is deleted, counts nothing", () => {
  const one = of({ runCount: 1, runs: [waits("a")] });
  const cut = packed(encodeJournal(journal({ runCount: 1, runs: [waits("a")] })).subarray(0, 9));
  for (const journals of [
    [undefined, cut],
    [one, cut],
    [cut, one],
    [one, undefined],
  ])
    assert.equal(counted(...journals), undefined);
});

test("no counter falls, whatever another process answers", () => {
  const many = of({ runCount: 9, lastEnded: ended("a", "completed") });
  const fewer = of({ runCount: 1, runs: [waits("a"), waits("b")], lastEnded: ended("a", "completed") });
  assert.deepEqual(counted(many, fewer), { taken: 0, ended: none });
});
