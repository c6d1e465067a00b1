// The longest time that a batch, or one of its messages, may take.

import { StatefunError } from "../errors.js";
import type { AwaitedCall, BatchOutcome } from "../model/invocation.js";
import type { HostClock } from "./host-clock.js";
import type { BatchRun } from "./run-batch.js";

export interface CallLimit {
  readonly timeoutMs: number;
  /**
   * What the time limits. An engine elsewhere limits its call, so there the limit is one for the batch. The runtime limits each
   * message: a batch may hold a thousand messages, and that they are many is no failure.
   */
  readonly of: "batch" | "message";
  readonly clock: HostClock;
}

/**
 * Resolves when a batch has ended, or gives the batch up when its time, or that of one of its messages, is over. When the engine
 * gives up the `call`, the batch is closed, and nobody needs its outcome any more.
 */
export function endInTime(
  run: BatchRun,
  ended: Promise<BatchOutcome>,
  { timeoutMs, of, clock }: CallLimit,
  call?: AwaitedCall,
): Promise<BatchOutcome> {
  return new Promise((resolve, reject) => {
    let pending: ReturnType<HostClock["after"]>;
    const wait = (ms: number) => {
      pending = clock.after(ms, passed);
    };
    const passed = () => {
      const leftMs = of === "batch" ? 0 : run.limit.messageEndedAt + timeoutMs - clock.steady();
      if (leftMs > 0) {
        wait(leftMs);
        return;
      }
      const what = of === "message" ? "a message" : "the call";
      const why = `${run.address}: ${what} took longer than ${timeoutMs} ms (callTimeout). Look for what never settles, or raise callTimeout.`;
      resolve(run.giveUp(new StatefunError("CALL_TIMEOUT", why)));
    };
    wait(timeoutMs);
    if (call !== undefined) {
      call.onGivenUp = () => {
        pending.cancel();
        run.close();
      };
    }
    ended.then(resolve, reject).finally(() => pending.cancel());
  });
}
