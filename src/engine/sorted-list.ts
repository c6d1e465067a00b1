// A list in the order of its items' keys. It is small enough to move its items, and mostly grows at its end.

interface Keyed {
  readonly key: string;
}

export class SortedList<T extends Keyed> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  get last(): T | undefined {
    return this.length === 0 ? undefined : this.#items[this.#items.length - 1];
  }

  /** The item at this place, counted from the first one. */
  at(index: number): T {
    return this.#items[this.#head + index] as T;
  }

  /** Adds an item, unless the list holds one with the same key. Returns whether it was added. */
  add(item: T): boolean {
    const at = this.#find(item.key);
    if (this.#items[at]?.key === item.key) return false;
    this.#items.splice(at, 0, item);
    return true;
  }

  removeFirst(): void {
    this.#head += 1;
    if (this.#head * 2 <= this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }

  /** Removes the item with this key and returns it; undefined when the list has none. */
  delete(key: string): T | undefined {
    const { first } = this;
    if (first?.key === key) {
      this.removeFirst();
      return first;
    }
    const at = this.#find(key);
    return this.#items[at]?.key === key ? this.#items.splice(at, 1)[0] : undefined;
  }

  /** Keeps the first items only, and returns the others. */
  truncate(length: number): T[] {
    return this.#items.splice(this.#head + length);
  }

  /** The place of the item with this key, or where it would stand. */
  #find(key: string): number {
    let from = this.#head;
    let to = this.#items.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#items[middle] as T).key < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
