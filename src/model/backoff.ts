// How long to wait before something that failed is tried again.

/** An exponential backoff. */
export interface Backoff {
  /** The wait after the first failure. */
  readonly firstMs: number;
  /** No wait is longer. */
  readonly longestMs: number;
}

/** The wait after this many failures in a row: the first wait, doubled for each failure after the first. */
export function backoffMs({ firstMs, longestMs }: Backoff, failures: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), longestMs);
}

/**
 * Changes a wait at random, to between half of it and one and a half times it. Many clients that failed at the same moment
 * then do not come back at the same moment.
 */
export function jittered(waitMs: number): number {
  return waitMs * (0.5 + Math.random());
}
