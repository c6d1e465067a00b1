// A set of strings in the order of their UTF-8 bytes.

/** A block of this length is split. It is short enough to shift its keys quickly, and long enough for blocks to be few. */
const blockLength = 256;

/** Sorted keys in blocks, so that adding or deleting a key among a million moves hundreds of keys. */
export class SortedKeys {
  /** There is at least one block. A block is empty only when it is the only one. */
  readonly #blocks: string[][] = [[]];

  /** The key must not be there yet. */
  add(key: string): void {
    const added = toOrdered(key);
    const at = this.#blockOf(added);
    const block = this.#blocks[at] as string[];
    block.splice(lowerBound(block, added), 0, added);
    if (block.length >= blockLength) this.#blocks.splice(at + 1, 0, block.splice(blockLength / 2));
  }

  /** The key must be there. */
  delete(key: string): void {
    const deleted = toOrdered(key);
    const at = this.#blockOf(deleted);
    const block = this.#blocks[at] as string[];
    block.splice(lowerBound(block, deleted), 1);
    if (block.length === 0 && this.#blocks.length > 1) this.#blocks.splice(at, 1);
  }

  /** The first keys from `from`, inclusive, to `to`, exclusive. */
  range(from: string, to: string, limit: number): string[] {
    const [first, end] = [toOrdered(from), toOrdered(to)];
    const found: string[] = [];
    let at = this.#blockOf(first);
    let index = lowerBound(this.#blocks[at] as string[], first);
    for (; at < this.#blocks.length; at += 1, index = 0) {
      const block = this.#blocks[at] as string[];
      for (; index < block.length; index += 1) {
        const key = block[index] as string;
        if (found.length >= limit || key >= end) return found;
        found.push(fromOrdered(key));
      }
    }
    return found;
  }

  /** All keys. */
  all(): string[] {
    return this.#blocks.flatMap((block) => block.map(fromOrdered));
  }

  /** The last block that starts at the key or before it. It holds the key, or the key belongs there. */
  #blockOf(key: string): number {
    let [low, high] = [0, this.#blocks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#blocks[middle]?.[0] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The place of the first key that is not less than this one. */
function lowerBound(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the units of surrogate pairs begin and end. The units behind them go on to U+FFFF. */
const [pairs, afterPairs, allUnits] = [0xd800, 0xe000, 0x10000];
const highUnits = /[\ud800-\uffff]/;

/** Compares two strings by their UTF-8 bytes, as a store orders its keys. */
export function compareKeys(a: string, b: string): number {
  const [first, second] = [toOrdered(a), toOrdered(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * JavaScript compares UTF-16 units, where the units of pairs (U+D800 to U+DFFF) come before U+E000 to U+FFFF. In UTF-8 the
 * character of a pair comes after them. With the two ranges exchanged, the plain comparison gives the order of UTF-8.
 */
function toOrdered(key: string): string {
  return highUnits.test(key) ? turnHighUnits(key, allUnits - afterPairs) : key;
}

/** Undoes {@link toOrdered}. */
function fromOrdered(key: string): string {
  return highUnits.test(key) ? turnHighUnits(key, afterPairs - pairs) : key;
}

/** Moves the units from U+D800 to U+FFFF some steps up. Units that leave the range at its end come in at its start. */
function turnHighUnits(key: string, steps: number): string {
  let turned = "";
  for (let index = 0; index < key.length; index += 1) {
    const unit = key.charCodeAt(index);
    turned += String.fromCharCode(unit < pairs ? unit : pairs + ((unit - pairs + steps) % (allUnits - pairs)));
  }
  return turned;
}
