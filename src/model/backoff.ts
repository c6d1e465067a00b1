// How long to wait before a failed thing is tried again.

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
 * Varies a wait at random between half of it and one and a half, so that many clients that failed together do not come
 * back together.
 */
export function jittered(waitMs: number): number {
  return waitMs * (0.5 + Math.random());
}
