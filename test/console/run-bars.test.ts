// Where the operations of a run stand on its timeline.

import assert from "node:assert/strict";
import { test } from "node:test";
import { barOf, spanOf } from "../../console/pages/runs/bars.js";
import type { RunDetails, RunOperation } from "../../src/runtime/admin/api/runs.js";

const at = (ms: number) => new Date(1_000_000 + ms).toISOString();

const operation = (from: number, to: number | null, state: RunOperation["state"] = "done"): RunOperation => ({
  key: "step:charge",
  kind: "step",
  state,
  requestedAt: at(from),
  endedAt: to === null ? null : at(to),
  until: null,
  attempts: 0,
  target: null,
  value: null,
  error: null,
});

const run = (endedAt: number | null, ...operations: readonly RunOperation[]): RunDetails => ({
  run: "r",
  workflow: "shop.types/order",
  status: endedAt === null ? "waiting" : "completed",
  since: at(0),
  endedAt: endedAt === null ? null : at(endedAt),
  cancelled: false,
  error: null,
  caller: null,
  input: null,
  operations,
  operationCount: operations.length,
});

test("the bars of a run that has ended fill its time", () => {
  const ended = run(400, operation(0, 100), operation(100, 300), operation(300, 300, "sent"));
  const span = spanOf(ended, 1_999_999);
  assert.deepEqual(
    ended.operations.map((each) => barOf(each, span)),
    [
      { start: 0, length: 0.25, open: false },
      { start: 0.25, length: 0.5, open: false },
      { start: 0.75, length: 0, open: false },
    ],
  );
});

test("what goes on reaches to now, and what was only sent takes no time", () => {
  const live = run(null, operation(0, 100), operation(100, null, "waiting"), operation(100, null, "sent"));
  const span = spanOf(live, 1_000_000 + 200);
  assert.deepEqual(
    live.operations.map((each) => barOf(each, span)),
    [
      { start: 0, length: 0.5, open: false },
      { start: 0.5, length: 0.5, open: true },
      { start: 0.5, length: 0, open: false },
    ],
  );
});

test("a run of no time, and a clock that runs behind, give bars within the track", () => {
  for (const now of [1_000_000, 0]) {
    const bar = barOf(operation(50, null, "waiting"), spanOf(run(null), now));
    assert.ok(bar.start >= 0 && bar.length >= 0 && bar.start + bar.length <= 1);
  }
});
