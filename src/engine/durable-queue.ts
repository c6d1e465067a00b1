// A queue that the store keeps: a mailbox, or the records of an egress. Its head is in memory; when it grows too long,
// the rest is only in the store and is read back when its turn comes.

import type { Store } from "../store/store.js";
import { Fifo } from "./fifo.js";
import type { GroupCommit } from "./group-commit.js";
import { ordered, parseOrdered, rangeEnd } from "./keys.js";
import type { Encodable } from "./message.js";
import type { Sequence } from "./sequence.js";

/** One entry of a queue. */
export interface QueueItem extends Encodable {
  key: string;
  /** The group of writes that it is in; see group-commit.ts. */
  group: number;
}

/** What all queues share. */
export interface QueueStore {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly sequence: Sequence;
  /** About how many bytes wait in all queues. */
  readonly waiting: { mailboxBytes: number };
}

/** How many bytes of one queue are kept in memory. */
const mostLoadedBytes = 1024 * 1024;
/** How many entries are read back at once. */
const loadedAtOnce = 100;

export class DurableQueue<T extends QueueItem> {
  readonly #prefix: string;
  readonly #shared: QueueStore;
  readonly #decode: (key: string, bytes: Uint8Array) => T;
  /** The entries in memory. */
  readonly #loaded = new Fifo<T>();
  #loadedBytes = 0;
  /** The sequence number from which entries are only in the store, and how many those are. */
  #storedFrom = 0;
  #stored = 0;
  #storedBytes = 0;
  #lastKey: string | undefined;
  #loading: Promise<void> | undefined;

  constructor(prefix: string, shared: QueueStore, decode: (key: string, bytes: Uint8Array) => T) {
    this.#prefix = prefix;
    this.#shared = shared;
    this.#decode = decode;
  }

  /** How many entries wait. */
  get length(): number {
    return this.loaded + this.#stored;
  }

  /** How many of them are in memory. */
  get loaded(): number {
    return this.#loaded.length;
  }

  /** About how many bytes wait; what was there before the start counts once it is read. */
  get bytes(): number {
    return this.#loadedBytes + this.#storedBytes;
  }

  /** The keys of the first and the last entry; they grow from one entry to the next. Undefined when there is none. */
  get firstKey(): string | undefined {
    if (this.loaded > 0) return this.at(0).key;
    return this.#stored > 0 ? this.#prefix + ordered(this.#storedFrom) : undefined;
  }

  get lastKey(): string | undefined {
    return this.length > 0 ? this.#lastKey : undefined;
  }

  /** Says that there is an entry in the store from before the start; they are told in order. */
  found(key: string): void {
    if (this.#stored === 0) this.#storedFrom = parseOrdered(key.slice(this.#prefix.length));
    this.#stored += 1;
    this.#lastKey = key;
  }

  push(item: T): void {
    const { commit, sequence } = this.#shared;
    const at = sequence.next();
    item.key = this.#prefix + ordered(at);
    this.#lastKey = item.key;
    item.group = commit.openGroup;
    commit.put(item.key, item);
    this.#shared.waiting.mailboxBytes += item.size;
    if (this.#stored === 0 && this.#loadedBytes < mostLoadedBytes) {
      this.#loaded.push(item);
      this.#loadedBytes += item.size;
      return;
    }
    if (this.#stored === 0) this.#storedFrom = at;
    this.#stored += 1;
    this.#storedBytes += item.size;
  }

  /** The entry at this place of the loaded ones. */
  at(index: number): T {
    return this.#loaded.at(index);
  }

  /** The loaded entries, and where the first one stands: for reading only. */
  get view(): { readonly items: readonly T[]; readonly head: number } {
    return this.#loaded.view;
  }

  /** Takes the first entry out, in memory and in the store. */
  consume(): T {
    const item = this.take();
    this.#shared.commit.consume(item.key);
    return item;
  }

  /** Takes the first entry out of memory; the store keeps it. */
  take(): T {
    const item = this.#loaded.shift();
    this.#loadedBytes -= item.size;
    this.#shared.waiting.mailboxBytes -= item.size;
    return item;
  }

  /** Reads the next entries back from the store; afterwards at least one is loaded, if any waits. */
  load(): Promise<void> {
    // Read twice at once, entries would be there twice.
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
      for (const [key, bytes] of entries) {
        const item = this.#decode(key, bytes);
        this.#loaded.push(item);
        this.#loadedBytes += item.size;
        // What was there before the start counts only now.
        if (this.#storedBytes < item.size) this.#shared.waiting.mailboxBytes += item.size - this.#storedBytes;
        this.#storedBytes = Math.max(0, this.#storedBytes - item.size);
        this.#storedFrom = parseOrdered(key.slice(this.#prefix.length)) + 1;
      }
      this.#stored = entries.length === 0 ? 0 : this.#stored - entries.length;
      if (this.#stored === 0) {
        this.#shared.waiting.mailboxBytes -= this.#storedBytes;
        this.#storedBytes = 0;
      }
    }
  }
}
