// A store for crash tests: writes show at once, but last only once the test has synced them.

import { type ErrorCode, StatefunError } from "../../src/errors.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Entry, Range, Store, Write } from "../../src/store/store.js";

/** A write that has been made and is not on the disk. */
interface HeldWrite {
  readonly writes: readonly Write[];
  resolve(): void;
  reject(error: StatefunError): void;
}

/**
 * Holds every write until the test calls {@link sync} or {@link fail}, and forgets at a {@link crash} what it held, as a
 * machine forgets what was not synced when its power fails.
 */
export class ForgetfulStore implements Store {
  /** Whether writes are synced as they come. Defaults to false: the test syncs them. */
  autoSync: boolean;
  /** What the disk holds. */
  readonly #synced = new Map<string, Uint8Array>();
  /** What the disk holds and what is held. */
  #shown = new MemoryStore();
  readonly #held: HeldWrite[] = [];
  #closed = false;
  readonly #watchers: { readonly count: number; readonly reached: () => void }[] = [];

  constructor({ autoSync = false }: { autoSync?: boolean } = {}) {
    this.autoSync = autoSync;
  }

  /** How many writes are held. */
  get held(): number {
    return this.#held.length;
  }

  /** Resolves when so many writes are held. */
  untilHeld(count: number): Promise<void> {
    if (this.#held.length >= count) return Promise.resolve();
    return new Promise((reached) => {
      this.#watchers.push({ count, reached });
    });
  }

  /** Puts the oldest held writes on the disk, and resolves them. Defaults to all that are held. */
  sync(count = this.#held.length): void {
    for (const { writes, resolve } of this.#held.splice(0, count)) {
      apply(this.#synced, writes);
      resolve();
    }
  }

  /** Rejects the oldest held write, which is undone. */
  fail(code: ErrorCode = "STORE_FAILED"): void {
    const failed = this.#held.shift();
    if (failed === undefined) throw new Error("No write is held.");
    this.#shown = this.#remembered(this.#held.length);
    failed.reject(new StatefunError(code, `A write failed with ${code}, as the test wants it.`));
  }

  /**
   * What another process finds after a crash at this moment: all that was synced, and the oldest `kept` of the held
   * writes, each whole, which were on the disk already but not acknowledged. Defaults to none of them.
   */
  crash(kept = 0): MemoryStore {
    return this.#remembered(kept);
  }

  get(key: string): Uint8Array | undefined {
    return this.#shown.get(key);
  }

  async write(writes: Iterable<Write>): Promise<void> {
    if (this.#closed) return this.#shown.write(writes); // which says so
    const copy = [...writes].map(([key, value]): Write => [key, value === undefined ? value : new Uint8Array(value)]);
    // Not awaited: two writes must be held in the order in which they show.
    const shown = this.#shown.write(copy);
    const settled = new Promise<void>((resolve, reject) => {
      this.#held.push({ writes: copy, resolve, reject });
    });
    if (this.autoSync) this.sync();
    for (const { count, reached } of this.#watchers) if (this.#held.length >= count) reached();
    await Promise.all([shown, settled]);
  }

  entries(range: Range): Promise<Entry[]> {
    return this.#shown.entries(range);
  }

  keys(range: Range): Promise<string[]> {
    return this.#shown.keys(range);
  }

  count(range: Pick<Range, "from" | "to">): Promise<number> {
    return this.#shown.count(range);
  }

  /** Leaves held writes unsettled: the test decides on them. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#shown.close();
  }

  #remembered(kept: number): MemoryStore {
    const all = new Map(this.#synced);
    for (const { writes } of this.#held.slice(0, kept)) apply(all, writes);
    const store = new MemoryStore();
    void store.write(all); // shows at once
    return store;
  }
}

function apply(values: Map<string, Uint8Array>, writes: readonly Write[]): void {
  for (const [key, value] of writes) {
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
}
