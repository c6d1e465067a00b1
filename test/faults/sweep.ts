// Runs the same work again and again. In each run another operation of the store fails.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Disk } from "./disks.js";
import { FaultPlan, type Kind, placesOf } from "./fault-plan.js";
import { run } from "./run.js";
import type { JobName } from "./work.js";

export interface Sweep {
  readonly seed: number;
  readonly jobs: readonly JobName[];
  readonly kinds: readonly Kind[];
  readonly disk: () => Disk;
  /** Only one operation of so many fails. Defaults to 1: each does. */
  readonly stride?: number;
}

/** Lets each operation fail in each way. Fails at the first run that ends otherwise than it must. */
export async function sweep(t: TestContext, { seed, jobs, kinds, disk, stride = 1 }: Sweep): Promise<void> {
  // The engine begins fewer calls in a turn on a slow machine, and then other operations fail.
  t.mock.method(performance, "now", () => 0);
  const whole = new FaultPlan();
  await run(whole, seed, disk(), jobs);
  let runs = 0;
  for (const [index, kind] of kinds.entries()) {
    for (const place of placesOf(kind, whole.operations)) {
      // Each kind begins elsewhere, so that few runs of many kinds come to many places.
      if ((place + index + seed) % stride !== 0) continue;
      runs += 1;
      const plan = new FaultPlan(kind, place, place % 2 === 0 ? "STORE_FAILED" : "STORE_FULL");
      await run(plan, seed, disk(), jobs);
    }
  }
  assert.ok(runs > 0);
  t.diagnostic(`seed ${seed}: ${runs} runs of ${whole.operations.length} operations`);
}
