// Tells the callers that still wait that the engine closes, each of them while a server can still send that answer.

import { closingError } from "./admission.js";
import type { Dispatcher } from "./dispatcher.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instances } from "./instances.js";
import type { WaitingCalls } from "./waiting-calls.js";
import { within } from "./within.js";

/**
 * How long a caller waits whose message was handled without an answer: another function may be about to answer it. An answer
 * that takes longer than this waits for something that may be days away, and comes after the next start.
 */
const passedOnMs = 1_000;

interface ReleaseParts {
  readonly dispatcher: Dispatcher;
  readonly instances: Instances;
  readonly calls: WaitingCalls;
  readonly commit: GroupCommit;
}

/**
 * Rejects all calls that wait with SHUTTING_DOWN, as soon as no call of a function is in flight or can begin, and at the
 * latest after `graceMs` milliseconds. A caller whose message was handled already is rejected after a second.
 */
export async function releaseCallers(parts: ReleaseParts, graceMs: number): Promise<void> {
  const { dispatcher, instances, calls, commit } = parts;
  const idle = dispatcher.idle();
  const firstMs = Math.min(graceMs, passedOnMs);
  await within(idle, firstMs);
  // Answers that are there already reach their callers.
  await commit.attempted();
  calls.rejectHandled((target) => instances.firstKey(target), closingError());
  await within(idle, graceMs - firstMs);
  await commit.attempted();
  calls.rejectAll(closingError());
}
