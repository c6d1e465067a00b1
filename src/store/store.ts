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
 * be tried again.
 */
export interface Store {
  /** The value of a key, which must not be changed. Throws STORE_FAILED. */
  get(key: string): Uint8Array | undefined;
  /**
   * Carries out all the writes or none; resolves when they are on disk (fsync). The iterable holds each key once, and
   * must not change until then. Rejects with STORE_FULL when the disk is full, else with STORE_FAILED.
   */
  write(writes: Iterable<Write>): Promise<void>;
  /** Reads a range of entries as it is when the call is made. Rejects with STORE_FAILED. */
  entries(range: Range): Promise<Entry[]>;
  /** Reads the keys of a range, without their values. Rejects with STORE_FAILED. */
  keys(range: Range): Promise<string[]>;
  /** Frees the store for another process. What was written stays. */
  close(): Promise<void>;
}
