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
 * Changes a wait by chance, to between half of it and one and a half times it. Many clients that failed at the same moment then
 * do not come back at the same moment. `chance` is a random number from 0 to 1.
 */
export function jittered(waitMs: number, chance = Math.random()): number {
  return waitMs * (0.5 + chance);
}
