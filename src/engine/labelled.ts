// Numbers by the name that they are about. Names may come from outside, so their number and their length have a bound: names
// beyond it share one label.

/** The label that all names beyond the bound share. No name is this text, since a type name has a slash. */
export const otherLabel = "other";

/** At most 100 functions, and 100 egresses, have numbers of their own. */
export const mostLabels = 100;

/** A longer name has no label of its own. The code of a TerminalError, for one, is any text of the application. */
const mostCharacters = 256;

export class Labelled<T> implements Iterable<readonly [label: string, numbers: T]> {
  readonly #byLabel = new Map<string, T>();
  readonly #make: () => T;
  readonly #most: number;

  constructor(make: () => T, most = mostLabels) {
    this.#make = make;
    this.#most = most;
  }

  /** Whether the name has numbers of its own. */
  has(name: string): boolean {
    return this.#byLabel.has(name);
  }

  /** The numbers of this name, or those of all names beyond the bound. */
  of(name: string): T {
    const byLabel = this.#byLabel;
    const hasLabel = byLabel.has(name) || (byLabel.size < this.#most && name.length <= mostCharacters);
    const label = hasLabel ? name : otherLabel;
    let numbers = byLabel.get(label);
    if (numbers === undefined) {
      numbers = this.#make();
      byLabel.set(label, numbers);
    }
    return numbers;
  }

  [Symbol.iterator](): Iterator<readonly [string, T]> {
    return this.#byLabel.entries();
  }
}
