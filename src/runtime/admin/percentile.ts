// Percentiles of durations of which only the buckets are known.

import { bucketBounds } from "../../engine/metrics-api.js";

/**
 * The duration in milliseconds that this share of the counted durations did not exceed; null when nothing was counted. Within a bucket,
 * durations count as evenly spread. What is longer than the last bound counts as that bound.
 */
export function percentile(buckets: ArrayLike<number>, share: number): number | null {
  let total = 0;
  for (let index = 0; index < buckets.length; index++) total += buckets[index] as number;
  if (total === 0) return null;
  let left = share * total;
  for (let index = 0; index < bucketBounds.length; index++) {
    const count = buckets[index] as number;
    if (count >= left && count > 0) {
      const low = bucketBounds[index - 1] ?? 0;
      const high = bucketBounds[index] as number;
      return rounded(1000 * (low + (left / count) * (high - low)));
    }
    left -= count;
  }
  return rounded(1000 * (bucketBounds.at(-1) as number));
}

/** A thousandth of a millisecond is more than the buckets know. */
const rounded = (ms: number) => Math.round(ms * 1000) / 1000;
