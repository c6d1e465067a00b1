// A queue that the store keeps: a mailbox, or the records of an egress. Its head is in memory. When the queue grows too
// long, its rest is only in the store, and is read back when its turn comes.

import type { Store } from "../store/store.js";
import type { Backlog } from "./backlog.js";
import { Fifo } from "./fifo.js";
import type { GroupCommit } from "./group-commit.js";
import { ordered, parseOrdered, rangeEnd } from "./keys.js";
import type { Encodable } from "./message.js";
import type { Sequence } from "./sequence.js";

/** One entry of a queue. */
export interface QueueItem extends Encodable {
  key: string;
  /** The number of the group that the entry was put into; see group-commit.ts. */
  group: number;
}

/** The parts that all queues of an engine share. */
export interface QueueStore {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly sequence: Sequence;
}

/** How many bytes of one queue are kept in memory. */
const mostLoadedBytes = 1024 * 1024;
/** How many entries are read back at once. */
const loadedAtOnce = 100;

export class DurableQueue<T extends QueueItem> {
  readonly #prefix: string;
  readonly #shared: QueueStore;
  readonly #backlog: Backlog;
  readonly #decode: (key: string, bytes: Uint8Array) => T;
  /** The entries in memory. */
  readonly #loaded = new Fifo<T>();
  #loadedBytes = 0;
  /** The first sequence number whose entry is only in the store, and the number of such entries. */
  #storedFrom = 0;
  #stored = 0;
  #storedBytes = 0;
  #lastKey: string | undefined;
  #loading: Promise<void> | undefined;

  constructor(prefix: string, shared: QueueStore, backlog: Backlog, decode: (key: string, bytes: Uint8Array) => T) {
    this.#prefix = prefix;
    this.#shared = shared;
    this.#backlog = backlog;
    this.#decode = decode;
  }

  /** How many entries wait. */
  get length(): number {
    return this.loaded + this.#stored;
  }

  /** How many of the waiting entries are in memory. */
  get loaded(): number {
    return this.#loaded.length;
  }

  /** About how many bytes wait. Entries from before the start count once they are read from the store. */
  get bytes(): number {
    return this.#loadedBytes + this.#storedBytes;
  }

  /** The key of the first entry, the lowest; undefined when none waits. */
  get firstKey(): string | undefined {
    if (this.loaded > 0) return this.at(0).key;
    return this.#stored > 0 ? this.#prefix + ordered(this.#storedFrom) : undefined;
  }

  /** The key of the last entry, the highest; undefined when none waits. */
  get lastKey(): string | undefined {
    return this.length > 0 ? this.#lastKey : undefined;
  }

  /** Adds an entry that was in the store before the start. Recovery names the entries in the order of their keys. */
  restore(key: string): void {
    if (this.#stored === 0) this.#storedFrom = parseOrdered(key.slice(this.#prefix.length));
    this.#stored += 1;
    this.#lastKey = key;
    this.#backlog.entries += 1;
  }

  /** Adds an entry at the end, as part of the open transaction. */
  push(item: T): void {
    const { commit, sequence } = this.#shared;
    const number = sequence.next();
    item.key = this.#prefix + ordered(number);
    this.#lastKey = item.key;
    item.group = commit.openGroup;
    commit.put(item.key, item);
    this.#backlog.entries += 1;
    this.#backlog.bytes += item.size;
    if (this.#stored === 0 && this.#loadedBytes < mostLoadedBytes) {
      this.#loaded.push(item);
      this.#loadedBytes += item.size;
      return;
    }
    if (this.#stored === 0) this.#storedFrom = number;
    this.#stored += 1;
    this.#storedBytes += item.size;
  }

  /** The loaded entry at this place, counted from the front. */
  at(index: number): T {
    return this.#loaded.at(index);
  }

  /** The array that holds the loaded entries, and the place of the first: for reading only, until the next change. */
  get view(): { readonly items: readonly T[]; readonly head: number } {
    return this.#loaded.view;
  }

  /** Takes the first loaded entry out of the queue, as part of the open transaction. */
  consume(): T {
    const item = this.take();
    this.#shared.commit.consume(item.key);
    return item;
  }

  /** Takes the first loaded entry out of memory. The store keeps the entry. */
  take(): T {
    const item = this.#loaded.shift();
    this.#loadedBytes -= item.size;
    this.#backlog.entries -= 1;
    this.#backlog.bytes -= item.size;
    return item;
  }

  /** Reads the next entries back from the store: afterwards at least one is loaded, if any waits. */
  load(): Promise<void> {
    // Two reads at once would load the same entries twice.
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { store, commit } = this.#shared;
    while (this.loaded === 0 && this.#stored > 0) {
      // An entry may be in a group that is not written yet.
      await commit.flushed();
      const from = this.#prefix + ordered(this.#storedFrom);
      const entries = await store.entries({ from, to: rangeEnd(this.#prefix), limit: loadedAtOnce });
      this.#append(entries.map(([key, bytes]) => this.#decode(key, bytes)));
    }
  }

  /** Adds entries that were read from the store to those in memory. */
  #append(items: readonly T[]): void {
    const backlog = this.#backlog;
    for (const item of items) {
      this.#loaded.push(item);
      this.#loadedBytes += item.size;
      // The bytes of an entry from before the start count only now.
      const counted = Math.min(this.#storedBytes, item.size);
      backlog.bytes += item.size - counted;
      this.#storedBytes -= counted;
      this.#stored -= 1;
      this.#storedFrom = parseOrdered(item.key.slice(this.#prefix.length)) + 1;
    }
    if (items.length === 0) {
      // The store has fewer entries than were counted.
      backlog.entries -= this.#stored;
      this.#stored = 0;
    }
    if (this.#stored === 0) {
      backlog.bytes -= this.#storedBytes;
      this.#storedBytes = 0;
    }
  }
}
