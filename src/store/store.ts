// What the engine asks of the store that keeps its data: ordered keys, and writes that are atomic and durable.

/** A key and its new value; undefined deletes the key. */
export type Write = readonly [key: string, value: Uint8Array | undefined];

/** A key and its value. */
export type Entry = readonly [key: string, value: Uint8Array];

/** Which keys to read: from `from`, inclusive, to `to`, exclusive, in the order of their UTF-8 bytes. */
export interface Range {
  readonly from: string;
  readonly to: string;
  /** The most entries to return. */
  readonly limit: number;
  /** How many bytes of keys and values to return: the entry that reaches this number is the last one. Defaults to no end. */
  readonly bytes?: number;
}

/** Whether a page reaches the end of the range that it was read from, as far as limits can tell. */
export function endsRange(page: readonly Entry[], { limit, bytes = Number.POSITIVE_INFINITY }: Range): boolean {
  if (page.length >= limit) return false;
  let sum = 0;
  for (const entry of page) sum += sizeOfEntry(entry);
  return sum < bytes;
}

/** How many bytes an entry counts in a range. */
export const sizeOfEntry = ([key, value]: Entry): number => key.length + value.length;

/**
 * Ordered keys with values, on disk or in memory. One process at a time holds a store. Keys are well-formed strings, in
 * the order of their UTF-8 bytes. After a failure the durable values are as they were, and the same writes can be tried
 * again. After close, every method but close fails with STORE_FAILED.
 */
export interface Store {
  /**
   * Reads the value of a key. The bytes must not be changed. The value of a write in flight may be read already. Throws
   * STORE_FAILED and STORE_FULL; after a failed write, it may throw until a write succeeds.
   */
  get(key: string): Uint8Array | undefined;
  /**
   * Carries out all the writes or none; resolves when they are on disk (fsync). The iterable holds each key once. Neither
   * the iterable nor the values may change until then. Calls are carried out in their order. Rejects with STORE_FULL when
   * the disk is full, else with STORE_FAILED. Writes that were refused may all be found on disk later: try the same writes
   * again before any others. A call that waits behind a refused call is carried out all the same.
   */
  write(writes: Iterable<Write>): Promise<void>;
  /** Reads a range of entries as it is when the call is made. Rejects with the errors of get. */
  entries(range: Range): Promise<Entry[]>;
  /** Reads the keys of a range, without their values. Rejects with the errors of get. */
  keys(range: Range): Promise<string[]>;
  /**
   * Counts the keys from `from`, inclusive, to `to`, exclusive, as they are when the call is made, and keeps none of them
   * in memory. Rejects with the errors of get.
   */
  count(range: Pick<Range, "from" | "to">): Promise<number>;
  /** Frees the store for another process, when its reads and writes in flight are done. */
  close(): Promise<void>;
}

/** A store that can be copied while it is used. */
export interface CopiedStore extends Store {
  /**
   * Reads all entries, in their order, as they are when the first page is asked for: writes that come later do not show. A page
   * is small enough to be copied within milliseconds, unless one value is large. Rejects with the errors of get.
   */
  pages(): AsyncIterable<readonly Entry[]>;
}
