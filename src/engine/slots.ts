// Entries that come and go quickly, each under a number of its own, such as the calls that wait for their answers.

interface Numbered {
  readonly number: number;
}

const fewest = 64;

/**
 * Entries under rising numbers. An entry's slot is its number modulo the count of slots. A number whose slot is taken, by an
 * entry that has stayed for long, is left out.
 *
 * A Map would keep every entry until the next full collection, for the reason at {@link OpenList}.
 */
export class Slots<T extends Numbered> implements Iterable<T> {
  #slots: (T | undefined)[] = new Array(fewest).fill(undefined);
  #last = 0;
  #size = 0;

  /** A number that no entry has had, and whose slot is free. */
  next(): number {
    do this.#last += 1;
    while (this.#slots[this.#slotOf(this.#last)] !== undefined);
    return this.#last;
  }

  get(number: number): T | undefined {
    const entry = this.#slots[this.#slotOf(number)];
    return entry?.number === number ? entry : undefined;
  }

  /** Adds an entry under its number, which {@link next} has returned. */
  add(entry: T): void {
    while (this.#size * 2 >= this.#slots.length || this.#slots[this.#slotOf(entry.number)] !== undefined) this.#grow();
    this.#slots[this.#slotOf(entry.number)] = entry;
    this.#size += 1;
  }

  /** Removes an entry that was added. */
  remove({ number }: T): void {
    this.#slots[this.#slotOf(number)] = undefined;
    this.#size -= 1;
  }

  /** The entries, in no order. Entries may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    for (const entry of this.#slots) if (entry !== undefined) yield entry;
  }

  #slotOf(number: number): number {
    return number % this.#slots.length;
  }

  #grow(): void {
    const entries = [...this];
    this.#slots = new Array(this.#slots.length * 2).fill(undefined);
    for (const entry of entries) this.#slots[this.#slotOf(entry.number)] = entry;
  }
}
