// A store that says whether anything is under way in it, and that a test can make fail.

import { type ErrorCode, StatefunError } from "../../src/errors.js";
import type { Entry, Range, Store, Write } from "../../src/store/store.js";
import { Gate } from "../support/gate.js";

export class WatchedStore implements Store {
  readonly #store: Store;
  readonly #heldByTest: boolean;
  #underWay = 0;
  /** Operations that have ended. */
  done = 0;
  /** What every write, and what every read, fails with. */
  failWrites: ErrorCode | undefined;
  failReads: ErrorCode | undefined;
  #held: Gate | undefined;

  /** `heldByTest` says that the store's writes end when the test says so, not by themselves. */
  constructor(store: Store, heldByTest = false) {
    this.#store = store;
    this.#heldByTest = heldByTest;
  }

  /** Lets no write begin until {@link release}. */
  hold(): void {
    this.#held ??= new Gate();
  }

  /** Lets everything go its way again. */
  release(): void {
    this.failWrites = undefined;
    this.failReads = undefined;
    this.#held?.open();
    this.#held = undefined;
  }

  get busy(): boolean {
    return this.#underWay > 0;
  }

  get(key: string): Uint8Array | undefined {
    if (this.failReads !== undefined) throw new StatefunError(this.failReads, "A read fails, as the test wants it.");
    return this.#store.get(key);
  }

  async write(writes: Iterable<Write>): Promise<void> {
    // What is held back by the test does not come to its end by itself.
    await this.#held?.promise;
    if (this.failWrites !== undefined) throw new StatefunError(this.failWrites, "A write fails, as the test wants it.");
    const written = this.#store.write(writes);
    await (this.#heldByTest ? written : this.#watched(written));
  }

  entries(range: Range): Promise<Entry[]> {
    return this.#read(() => this.#store.entries(range));
  }

  keys(range: Range): Promise<string[]> {
    return this.#read(() => this.#store.keys(range));
  }

  count(range: Pick<Range, "from" | "to">): Promise<number> {
    return this.#read(() => this.#store.count(range));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    if (this.failReads !== undefined) throw new StatefunError(this.failReads, "A read fails, as the test wants it.");
    return this.#watched(read());
  }

  async #watched<T>(work: Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work;
    } finally {
      this.#underWay -= 1;
      this.done += 1;
    }
  }
}
