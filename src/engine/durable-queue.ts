// A queue that the store keeps: a mailbox, or the records of an egress. Its head is in memory, as far as there is room.
// Its rest is only in the store, and is read back when its turn comes.

import { endsRange, type Store } from "../store/store.js";
import type { Backlog } from "./backlog.js";
import { Fifo } from "./fifo.js";
import type { SingleEntry } from "./group.js";
import type { GroupCommit } from "./group-commit.js";
import { ordered, parseOrdered, rangeEnd } from "./keys.js";
import type { Sequence } from "./sequence.js";

/** One entry of a queue. */
export interface QueueItem extends SingleEntry {
  /** Gives the entry its key, which is made when somebody asks for it. */
  stand(prefix: string, number: number): void;
}

/** The parts that all queues of an engine share. */
export interface QueueStore {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly sequence: Sequence;
}

/** How many bytes of one queue are kept in memory. */
const mostLoadedBytes = 1024 * 1024;
/** How many entries, and how many bytes, are read back at once. */
const pageEntries = 100;
export const pageBytes = 256 * 1024;
/** About how many bytes of memory an entry takes beyond its size. */
export const besideBytes = 288;
/** About how many bytes of memory a queue takes that is not empty, with its address. */
export const queueBytes = 1024;

export class DurableQueue<T extends QueueItem> {
  readonly backlog: Backlog;
  readonly #prefix: string;
  readonly #shared: QueueStore;
  readonly #decode: (key: string, bytes: Uint8Array) => T;
  /** The entries in memory. */
  readonly #loaded = new Fifo<T>();
  #loadedBytes = 0;
  /** The sequence number from which on entries may be only in the store; undefined when there are none. */
  #restFrom: number | undefined;
  /** The sequence number of the last entry that went to the rest. */
  #restEnd = -1;
  #lastNumber: number | undefined;
  #loading: Promise<void> | undefined;
  /** Counts the changes of entries that are only in the store: what was read meanwhile may be out of date. */
  #changes = 0;
  /** Whether a loaded entry may stand before another one that has a lower key. */
  #reordered = false;
  /** Whether the backlog counts the memory of the queue itself. */
  #counted = false;
  /** About how many bytes wait. Entries from before the start do not count. */
  bytes = 0;

  constructor(prefix: string, shared: QueueStore, backlog: Backlog, decode: (key: string, bytes: Uint8Array) => T) {
    this.#prefix = prefix;
    this.#shared = shared;
    this.backlog = backlog;
    this.#decode = decode;
  }

  /** Whether no entry waits, as far as is known: a rest that was never read may turn out to be empty. */
  get isEmpty(): boolean {
    return this.#loaded.length === 0 && this.#restFrom === undefined;
  }

  /** How many of the waiting entries are in memory. */
  get loaded(): number {
    return this.#loaded.length;
  }

  /** Whether entries may wait that are only in the store. */
  get hasRest(): boolean {
    return this.#restFrom !== undefined;
  }

  /** The lowest key at which an entry may wait; undefined when none waits. */
  get firstKey(): string | undefined {
    if (this.loaded > 0) return this.#lowest.key;
    return this.#restFrom === undefined ? undefined : this.#keyOf(this.#restFrom);
  }

  /** A key that is not lower than that of any entry that waits; undefined when none waits. */
  get lastKey(): string | undefined {
    return this.isEmpty ? undefined : this.#keyOf(this.#lastNumber ?? this.#shared.sequence.last);
  }

  /** Says that the store may hold entries that this queue has not put there. The queue must be new. */
  findRest(): void {
    this.#restFrom = 0;
    this.#count();
  }

  /** Takes over the first entries of the queue, which were just read. `complete` says that the store holds no more. */
  restore(items: readonly T[], complete: boolean): void {
    this.#append(items);
    if (complete) this.#restFrom = undefined;
    this.#count();
  }

  /** Adds an entry at the end, as part of the open transaction. */
  push(item: T): void {
    const { commit, sequence } = this.#shared;
    const { size } = item;
    const number = sequence.next();
    item.stand(this.#prefix, number);
    this.#lastNumber = number;
    commit.add(item);
    this.backlog.add(size);
    this.bytes += size;
    if (this.#restFrom === undefined && this.#loadedBytes < mostLoadedBytes && this.backlog.hasRoom(memoryOf(item))) {
      this.#loaded.push(item);
      this.#loadedBytes += size;
      this.backlog.load(memoryOf(item));
    } else {
      this.#restFrom ??= number;
      this.#restEnd = number;
    }
    if (!this.#counted) this.#count();
  }

  /** The loaded entry at this place, counted from the front. */
  at(index: number): T {
    return this.#loaded.at(index);
  }

  /** Lets the loaded entry at this place come first, for as long as the entries are in memory. In the store it keeps its key. */
  bringForward(index: number): void {
    this.#loaded.bringForward(index);
    this.#reordered = true;
  }

  /** The array that holds the loaded entries, and the place of the first: for reading only, until the next change. */
  get view(): { readonly items: readonly T[]; readonly head: number } {
    return this.#loaded.view;
  }

  /** Takes the first loaded entry out of the queue and out of the store, as part of the open transaction. */
  consume(): T {
    const item = this.take();
    this.done(item);
    return item;
  }

  /** Takes the first loaded entry out of the queue. It stays in the store, and counts, until it is {@link done}. */
  take(): T {
    const item = this.#loaded.shift();
    this.#loadedBytes -= item.size;
    if (this.isEmpty) this.#count();
    return item;
  }

  /** Removes an entry that was taken from the store, as part of the open transaction. */
  done(item: T): void {
    this.#shared.commit.remove(item);
    this.backlog.load(-memoryOf(item));
    this.#uncount(item);
  }

  #uncount(item: T): void {
    const counted = this.#isCounted(item) ? item.size : 0;
    this.backlog.remove(counted);
    this.bytes -= counted;
  }

  /** The waiting entry with this number; undefined when there is none. An entry that is only in the store must be durable. */
  find(number: number): T | undefined {
    const key = this.#keyOf(number);
    const index = this.#indexOf(key);
    if (index >= 0) return this.at(index);
    if (!this.#isInRest(number)) return undefined;
    const bytes = this.#shared.commit.get(key);
    return bytes && this.#decode(key, bytes);
  }

  /** Puts another entry into the place of one that was found, as part of the open transaction. */
  replace(found: T, item: T): void {
    const { commit } = this.#shared;
    const number = this.#numberOf(found);
    const index = this.#indexOf(found.key);
    const more = item.size - found.size;
    item.stand(this.#prefix, number);
    if (index >= 0) {
      commit.replace(found, item);
      this.#loaded.replace(index, item);
      this.#loadedBytes += more;
      this.backlog.load(more);
    } else {
      commit.put(item.key, item);
      this.#changes += 1;
    }
    if (!this.#isCounted(found)) return;
    this.backlog.grow(more);
    this.bytes += more;
  }

  /** Removes an entry that was found, wherever it stands, as part of the open transaction. */
  remove(found: T): void {
    const index = this.#indexOf(found.key);
    if (index >= 0) {
      this.#loaded.bringForward(index);
      this.consume();
      return;
    }
    this.#shared.commit.delete(found.key);
    this.#changes += 1;
    this.#uncount(found);
  }

  /** Lets the entries in memory be read back later. Without any, the queue itself may be forgotten: it counts no more. */
  unload({ forget = false } = {}): void {
    if (this.loaded > 0) {
      this.#restFrom = this.#numberOf(this.#lowest);
      this.#reordered = false;
      this.backlog.load(-this.#loadedBytes - this.loaded * besideBytes);
      this.#loadedBytes = 0;
      this.#loaded.clear();
    }
    if (forget && this.#counted) {
      this.#counted = false;
      this.backlog.loadBeside(-queueBytes);
    }
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
    while (this.loaded === 0 && this.#restFrom !== undefined) {
      const end = this.#restEnd;
      const changes = this.#changes;
      // An entry may be in a group that is not written yet.
      await commit.flushed();
      const from = this.#keyOf(this.#restFrom);
      const range = { from, to: rangeEnd(this.#prefix), limit: pageEntries, bytes: pageBytes };
      const entries = await store.entries(range);
      if (changes !== this.#changes) continue;
      this.#append(entries.map(([key, bytes]) => this.#decode(key, bytes)));
      // What came after the groups were written need not have been read.
      if (endsRange(entries, range) && end === this.#restEnd) this.#restFrom = undefined;
    }
    this.#count();
  }

  /** Adds entries that were read from the store to those in memory. */
  #append(items: readonly T[]): void {
    for (const item of items) {
      this.#loaded.push(item);
      this.#loadedBytes += item.size;
      this.backlog.load(memoryOf(item));
    }
    const last = items[items.length - 1];
    if (last !== undefined) this.#restFrom = this.#numberOf(last) + 1;
  }

  /** Counts the memory of the queue itself as long as it is not empty. */
  #count(): void {
    if (this.#counted !== this.isEmpty) return;
    this.#counted = !this.#counted;
    this.backlog.loadBeside(this.#counted ? queueBytes : -queueBytes);
  }

  /** The loaded entry with the lowest key. */
  get #lowest(): T {
    let lowest = this.at(0);
    if (!this.#reordered) return lowest;
    for (let index = 1; index < this.loaded; index++) if (this.at(index).key < lowest.key) lowest = this.at(index);
    return lowest;
  }

  #keyOf(number: number): string {
    return this.#prefix + ordered(number);
  }

  #numberOf({ key }: T): number {
    return parseOrdered(key.slice(this.#prefix.length));
  }

  /** The place of a loaded entry; -1 when it is not in memory. */
  #indexOf(key: string): number {
    for (let index = 0; index < this.loaded; index++) if (this.at(index).key === key) return index;
    return -1;
  }

  #isInRest(number: number): boolean {
    return this.#restFrom !== undefined && number >= this.#restFrom;
  }

  /** Whether the bytes of an entry were counted. Entries that were read back were if they were pushed since the start. */
  #isCounted(item: T): boolean {
    return item.group > 0 || this.#numberOf(item) >= this.#shared.sequence.first;
  }
}

const memoryOf = ({ size }: QueueItem) => size + besideBytes;
