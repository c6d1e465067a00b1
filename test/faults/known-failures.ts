// What the sweep is known to find, until the engine is mended. A failing run that fits into none of these fails the test.

import type { FaultPlan } from "./fault-plan.js";

interface KnownFailure {
  readonly name: string;
  /** What the engine does, and why that is not mended yet. */
  readonly why: string;
  readonly matches: (failure: Error, plan: FaultPlan) => boolean;
}

export const knownFailures: readonly KnownFailure[] = [];
