// The store as one life of an engine sees it. When the life ends, as a process does that is killed, what has reached the
// store stays, and nothing more reaches it.

import type { Entry, Range, Store, Write } from "../store/store.js";
import type { Work } from "./work.js";

export class LifeStore implements Store {
  readonly #store: Store;
  readonly #work: Work;

  constructor(store: Store, work: Work) {
    this.#store = store;
    this.#work = work;
  }

  get(key: string): Uint8Array | undefined {
    return this.#store.get(key);
  }

  write(writes: Iterable<Write>): Promise<void> {
    return this.#work.inside(() => this.#store.write(writes));
  }

  entries(range: Range): Promise<Entry[]> {
    return this.#work.inside(() => this.#store.entries(range));
  }

  keys(range: Range): Promise<string[]> {
    return this.#work.inside(() => this.#store.keys(range));
  }

  count(range: Pick<Range, "from" | "to">): Promise<number> {
    return this.#work.inside(() => this.#store.count(range));
  }

  /** Does nothing: the next life uses the same store. */
  async close(): Promise<void> {}
}
