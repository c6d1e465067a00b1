// A list of what is open at the moment, such as the answers that a server still has to send.

/** An entry of an {@link OpenList}. It is in one list at most. */
export interface Listed {
  /** The entry's index in its list; -1 outside of a list. Only the list changes it. */
  place: number;
}

/**
 * A list from which any entry is removed at once. The order of the entries changes as others are removed.
 *
 * A Set under a steady stream of entries keeps them all: whenever V8 gives the Set a new table, the old table points to the
 * new one. Once an old table has survived two collections, only a full collection frees it, and until then it holds each
 * later table with the entries that were in it.
 */
export class OpenList<T extends Listed> implements Iterable<T> {
  readonly #entries: T[] = [];

  /** Adds an entry that is in no list. */
  add(entry: T): void {
    entry.place = this.#entries.length;
    this.#entries.push(entry);
  }

  /** Removes an entry, unless that has been done. */
  remove(entry: T): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#entries.pop() as T;
    if (last === entry) return;
    last.place = place;
    this.#entries[place] = last;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#entries[Symbol.iterator]();
  }
}
