// A store without a disk, for tests and for a runtime that has no data folder.

import { StatefunError } from "../errors.js";
import { SortedKeys } from "./sorted-keys.js";
import { type CopiedStore, type Entry, type Range, sizeOfEntry, type Write } from "./store.js";

/** How many entries a page has. */
const pageLength = 1_000;

/** Keeps everything in memory. Reads see a write at once. */
export class MemoryStore implements CopiedStore {
  readonly #values = new Map<string, Uint8Array>();
  readonly #keys = new SortedKeys();
  #closed = false;

  get(key: string): Uint8Array | undefined {
    this.#assertOpen();
    return this.#values.get(key);
  }

  async write(writes: Iterable<Write>): Promise<void> {
    this.#assertOpen();
    // Read as a whole first: an iterable that throws half way must change nothing.
    for (const [key, value] of [...writes]) {
      if (value === undefined) {
        if (this.#values.delete(key)) this.#keys.delete(key);
      } else {
        if (!this.#values.has(key)) this.#keys.add(key);
        this.#values.set(key, new Uint8Array(value)); // a copy: the caller may use its buffer again
      }
    }
  }

  async entries({ from, to, limit, bytes = Number.POSITIVE_INFINITY }: Range): Promise<Entry[]> {
    this.#assertOpen();
    const entries: Entry[] = [];
    let sum = 0;
    for (const key of this.#keys.range(from, to, limit)) {
      const entry: Entry = [key, this.#values.get(key) as Uint8Array];
      entries.push(entry);
      sum += sizeOfEntry(entry);
      if (sum >= bytes) break;
    }
    return entries;
  }

  async keys({ from, to, limit }: Range): Promise<string[]> {
    this.#assertOpen();
    return this.#keys.range(from, to, limit);
  }

  async count({ from, to }: Pick<Range, "from" | "to">): Promise<number> {
    this.#assertOpen();
    return this.#keys.range(from, to, Number.POSITIVE_INFINITY).length;
  }

  async *pages(): AsyncGenerator<Entry[]> {
    this.#assertOpen();
    const entries = this.#keys.all().map((key): Entry => [key, this.#values.get(key) as Uint8Array]);
    for (let from = 0; from < entries.length; from += pageLength) {
      yield entries.slice(from, from + pageLength);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #assertOpen(): void {
    if (this.#closed) throw new StatefunError("STORE_FAILED", "The store in memory is closed. Open another one.");
  }
}
