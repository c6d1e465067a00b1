// Percentiles of many times, and the result of a load of calls.

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The result of a load of calls. The times are milliseconds from the write to the whole answer. */
export interface LoadResult extends Percentiles {
  readonly calls: number;
  readonly perSecond: number;
}

/** Sorts the list. NaN when it is empty. */
export function percentiles(times: number[]): Percentiles {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
