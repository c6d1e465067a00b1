// A queue in memory: in at the end, out at the front, both in constant time.

/** How many places of taken items may stay in the array before the waiting items move to its front. */
const mostFreePlaces = 1024;

export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The array that holds the items, and the place of the first: for reading only, until the next change. */
  get view(): { readonly items: readonly T[]; readonly head: number } {
    return { items: this.#items, head: this.#head };
  }

  push(item: T): void {
    // Most queues hold one item, and a push makes room for seventeen.
    if (this.#items.length === 0) this.#items = [item];
    else this.#items.push(item);
  }

  /** The item at this place, counted from the front. */
  at(index: number): T {
    return this.#items[this.#head + index] as T;
  }

  /** Puts another item into the place of the one that stands there. */
  replace(index: number, item: T): void {
    this.#items[this.#head + index] = item;
  }

  /** Moves the item at this place to the front. */
  bringForward(index: number): void {
    const at = this.#head + index;
    this.#items.splice(this.#head, 0, ...this.#items.splice(at, 1));
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  /** Takes the first item out. The queue must not be empty. */
  shift(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined as T;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= mostFreePlaces && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
