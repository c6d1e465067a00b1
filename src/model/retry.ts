// When a message that failed is tried again.

import { backoffMs } from "./backoff.js";
import type { RetryPolicy } from "./function-policy.js";

/** How often a message was tried, and when the first of these tries failed, in milliseconds since 1970. */
export interface Tries {
  readonly attempts: number;
  readonly firstFailedAt: number;
}

/** How long to wait before a message is tried again; undefined when one of its two budgets is used up. */
export function nextTryMs(retry: RetryPolicy, { attempts, firstFailedAt }: Tries, now: number): number | undefined {
  const leftMs = firstFailedAt + retry.windowMs - now;
  if (attempts >= retry.attempts || leftMs <= 0) return undefined;
  return Math.min(backoffMs(retry, attempts), leftMs);
}
