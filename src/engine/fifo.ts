// A line: in at the end, out at the front, both in constant time.

/** How many that have left may stay in the array before those that wait move up. */
const mostLeft = 1024;

export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The array behind it, and where its first item stands: for reading only, and until the next change. */
  get view(): { readonly items: readonly T[]; readonly head: number } {
    return { items: this.#items, head: this.#head };
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The item at this place, counted from the front. */
  at(index: number): T {
    return this.#items[this.#head + index] as T;
  }

  /** Takes the first item out; there must be one. */
  shift(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined as T;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= mostLeft && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
