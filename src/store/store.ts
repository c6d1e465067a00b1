// What the runtime asks of the library that keeps its data: ordered keys, and writes that are atomic and durable.

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
}

/**
 * Ordered keys with values, on disk or in memory. One process at a time holds a store. Keys are well-formed strings, in
 * the order of their UTF-8 bytes. A failure leaves what was durable as it was, and the store usable: the same writes can
 * be tried again. After close, everything but close fails with STORE_FAILED.
 */
export interface Store {
  /**
   * The value of a key, which must not be changed. Writes in flight may show already or not yet. Throws STORE_FAILED or
   * STORE_FULL: also, for a while, when a write has failed and the next one has not succeeded.
   */
  get(key: string): Uint8Array | undefined;
  /**
   * Carries out all the writes or none; resolves when they are on disk (fsync). The iterable holds each key once, and
   * must not change until then; nor must the values. Writes are carried out in the order of the calls. Rejects with
   * STORE_FULL when the disk is full, else with STORE_FAILED. What was refused may turn out to be there later, whole:
   * try the same writes again before others. A write that waits behind a refused one is carried out nevertheless.
   */
  write(writes: Iterable<Write>): Promise<void>;
  /** Reads a range of entries as it is when the call is made. Rejects as get throws. */
  entries(range: Range): Promise<Entry[]>;
  /** Reads the keys of a range, without their values. Rejects as get throws. */
  keys(range: Range): Promise<string[]>;
  /** Frees the store for another process, once its reads and writes in flight are done. What was written stays. */
  close(): Promise<void>;
}
