// How often each address is called while the clock stands still: an address that sends to itself at once never ends.

import { StatefunError } from "../errors.js";

/** An address that is called more often than this, in a moment of the clock, counts as one that never ends. */
const mostCalls = 50_000;

export class CallCounts {
  readonly #counts = new Map<string, number>();
  #endless: string | undefined;

  add(address: string): void {
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    if (count > mostCalls) this.#endless = address;
  }

  /** Begins to count anew. */
  clear(): void {
    this.#counts.clear();
    this.#endless = undefined;
  }

  /** Throws TEST_STUCK when an address is called again and again. */
  assertEnding(): void {
    if (this.#endless === undefined) return;
    throw new StatefunError(
      "TEST_STUCK",
      `${this.#endless} was called ${mostCalls} times while the clock stood still, and has still messages. Does it send to itself, perhaps through another function, without a delay?`,
    );
  }
}
