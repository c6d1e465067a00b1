// What waits: in the mailboxes of a function, in the outbox of an egress, in all of them together. Limits are checked
// against what waits, and what is in memory is bounded by one budget for all.

/**
 * The bytes that all parts of an engine may keep in memory together. What waits takes its share first; the states of addresses
 * that rest are kept as far as something is left; see instances.ts.
 */
export class Memory {
  readonly limit: number;
  /** About how many bytes the waiting things in memory take. */
  used = 0;
  /** About how many bytes the states of all addresses that are awake take. */
  states = 0;

  constructor(limit: number) {
    this.limit = limit;
  }
}

export class Backlog {
  readonly #memory: Memory;
  readonly #whole: Backlog | undefined;
  #entries = 0;
  /** How many of the entries are from before the start. */
  #earlier = 0;
  /** About how many bytes wait, in memory or only in the store. Entries from before the start do not count. */
  bytes = 0;
  /** About how many bytes of waiting entries are in memory. */
  loaded = 0;
  /** About how many bytes of memory stand beside the entries, for queues that are not empty. */
  #beside = 0;

  /** What waits here counts in the `whole` too. */
  constructor(memory: Memory, whole?: Backlog) {
    this.#memory = memory;
    this.#whole = whole;
  }

  /** Whether entries from before the start wait, as far as they were counted. */
  get hasEarlier(): boolean {
    return this.#earlier > 0;
  }

  /** How many entries wait. Those from before the start count once they have been counted in the store. */
  get entries(): number {
    return Math.max(0, this.#entries);
  }

  /** Whether a queue in memory may have entries. */
  get hasQueues(): boolean {
    return this.#beside > 0;
  }

  /** Whether so many bytes of entries may come into memory. */
  hasRoom(bytes: number): boolean {
    // One thing at a time is always let in, or whoever comes to a full memory would wait for the others.
    return this.loaded === 0 || bytes <= this.room;
  }

  /** Whether one more queue may be kept in memory with so many bytes. */
  hasRoomBeside(bytes: number): boolean {
    return this.#beside === 0 || bytes <= this.room;
  }

  /**
   * How many bytes more may come into memory; below 0 when too many are there. Each backlog may take as much as is free: a
   * backlog alone fills one half of the memory, two fill two thirds, and something is left for whoever comes next, however
   * long the others wait.
   */
  get room(): number {
    return this.#memory.limit - this.#memory.used - this.loaded - this.#beside;
  }

  /** Counts entries that wait from before the start. */
  found(entries: number): void {
    this.#entries += entries;
    this.#earlier += entries;
    this.#whole?.found(entries);
  }

  /** Counts a new entry. */
  add(bytes: number): void {
    this.#entries += 1;
    this.bytes += bytes;
    this.#whole?.add(bytes);
  }

  /** Counts more bytes, or with a negative number fewer, for an entry that was counted. */
  grow(bytes: number): void {
    this.bytes += bytes;
    this.#whole?.grow(bytes);
  }

  /** Counts an entry no more; `bytes` is 0 for an entry from before the start. */
  remove(bytes: number): void {
    this.#entries -= 1;
    if (bytes === 0) this.#earlier -= 1;
    this.bytes -= bytes;
    this.#whole?.remove(bytes);
  }

  /** Counts bytes of entries that come into memory, or with a negative number leave it. */
  load(bytes: number): void {
    this.loaded += bytes;
    this.#memory.used += bytes;
  }

  /** Counts bytes beside the entries, or with a negative number counts them no more. */
  loadBeside(bytes: number): void {
    this.#beside += bytes;
    this.#memory.used += bytes;
  }
}
