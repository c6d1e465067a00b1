// A store that says whether anything is under way in it, and that a test can make fail.

import { type ErrorCode, StatefunError } from "../../src/errors.js";
import type { Entry, Range, Store, Write } from "../../src/store/store.js";
import { Gate } from "../support/gate.js";

export type Operation = "get" | "write" | "entries" | "keys" | "count";

/** How one operation fails. */
export interface Fault {
  readonly code: ErrorCode;
  /** Whether the operation is carried out nevertheless: the store does its work, and only the word of it is lost. */
  readonly done: boolean;
}

export class WatchedStore implements Store {
  readonly #store: Store;
  readonly #heldByTest: boolean;
  #underWay = 0;
  /** Operations that have ended. */
  done = 0;
  /** Whether the last write failed, or has not ended. */
  lastWriteFailed = false;
  /** What every write, and what every read, fails with. */
  failWrites: ErrorCode | undefined;
  failReads: ErrorCode | undefined;
  /** Decides on every single operation, in the order in which they begin. Defaults to letting all of them succeed. */
  faultOf: (operation: Operation) => Fault | undefined = () => undefined;
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
    this.#assertReadable("get");
    return this.#store.get(key);
  }

  async write(writes: Iterable<Write>): Promise<void> {
    // What is held back by the test does not come to its end by itself.
    await this.#held?.promise;
    const fault = this.faultOf("write") ?? (this.failWrites && { code: this.failWrites, done: false });
    const failure = fault && new StatefunError(fault.code, "A write fails, as the test wants it.");
    this.lastWriteFailed = true;
    if (failure !== undefined && fault?.done !== true) throw failure;
    const written = this.#store.write(writes);
    await (this.#heldByTest ? written : this.#watched(written));
    if (failure !== undefined) throw failure;
    this.lastWriteFailed = false;
  }

  entries(range: Range): Promise<Entry[]> {
    return this.#read("entries", () => this.#store.entries(range));
  }

  keys(range: Range): Promise<string[]> {
    return this.#read("keys", () => this.#store.keys(range));
  }

  count(range: Pick<Range, "from" | "to">): Promise<number> {
    return this.#read("count", () => this.#store.count(range));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #read<T>(operation: Operation, read: () => Promise<T>): Promise<T> {
    this.#assertReadable(operation);
    return this.#watched(read());
  }

  #assertReadable(operation: Operation): void {
    const code = this.faultOf(operation)?.code ?? this.failReads;
    if (code !== undefined) throw new StatefunError(code, "A read fails, as the test wants it.");
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
