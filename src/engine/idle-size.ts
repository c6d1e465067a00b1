// How many idle addresses stay in memory: no more than are called again soon. An address that stays costs memory, and the
// collector has to copy it. An address that was forgotten costs a read of the store.

/** A generation of idle addresses holds so many of them at first. */
const firstSize = 2_000;
/** The sizes that a generation may have. Two generations are kept, so that 250 to 16,000 addresses stay in memory. */
const sizes = [125, 250, 500, 1_000, 2_000, 4_000, 8_000] as const;
const largest = sizes[sizes.length - 1] as number;
/** One of so many addresses is watched. */
const watchedShare = 8;
/** The size is chosen anew after so many calls of watched addresses. Earlier calls count half, a quarter and so on. */
const callsPerChoice = 500;
/**
 * Addresses are kept beyond the smallest size only if this part of the calls finds its address in memory. States that were written
 * lately are cheap to read again, and each change of an address that stays leaves more for the collector.
 */
const worthwhile = 3 / 4;
/** The smallest size is chosen that finds this part of what the largest size finds. */
const nearlyAll = 7 / 8;

export class IdleSize {
  #size = firstSize;
  /** How often an address came to rest, whichever. */
  #rested = 0;
  /** The count of rests when a watched address rested last. Two maps take turns, so that the oldest counts are forgotten. */
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  /** How many calls would have found their address in memory, by the smallest size that would have kept it. */
  readonly #found: number[] = sizes.map(() => 0);
  /** How many calls there were. */
  #calls = 0;
  #callsSinceChoice = 0;

  /** How many addresses a generation holds. */
  get size(): number {
    return this.#size;
  }

  /** Whether the addresses with this id are watched. It says so of the same ids at all times. */
  watches(id: string): boolean {
    let hash = 0;
    for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x9e3779b1);
    return (hash >>> 16) % watchedShare === 0;
  }

  /** Notes that an address rests. */
  rests(key: string, watched: boolean): void {
    this.#rested += 1;
    if (!watched) return;
    this.#young.set(key, this.#rested);
    if (this.#young.size < largest / watchedShare) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  /** Notes that a watched address that did nothing gets a message, whether it is in memory or not. */
  called(key: string): void {
    this.#calls += 1;
    const restedAt = this.#young.get(key) ?? this.#old.get(key);
    if (restedAt !== undefined) {
      const others = this.#rested - restedAt; // or fewer, since some may have rested several times
      const index = sizes.findIndex((size) => others < size);
      if (index !== -1) this.#found[index] = (this.#found[index] as number) + 1;
    }
    this.#callsSinceChoice += 1;
    if (this.#callsSinceChoice >= callsPerChoice) this.#choose();
  }

  #choose(): void {
    const found = this.#found;
    const most = found.reduce((sum, calls) => sum + calls, 0);
    let index = 0;
    if (most >= this.#calls * worthwhile) {
      for (let sum = found[0] as number; sum < most * nearlyAll; sum += found[index] as number) index += 1;
    }
    this.#size = sizes[index] as number;
    this.#callsSinceChoice = 0;
    this.#calls /= 2;
    for (let each = 0; each < found.length; each++) found[each] = (found[each] as number) / 2;
  }
}
