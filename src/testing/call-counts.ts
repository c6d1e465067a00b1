// How often addresses are called while the clock stands still: functions that send to each other at once may never end.

import { StatefunError } from "../errors.js";

/** An address that is called more often than this, in a moment of the clock, counts as one that never ends. */
const mostCalls = 50_000;
/** The same for all addresses together, since each message may go to another one. */
const mostCallsTogether = 200_000;

export class CallCounts {
  readonly #counts = new Map<string, number>();
  #together = 0;
  #endless: string | undefined;

  add(address: string): void {
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    this.#together += 1;
    if (count > mostCalls) this.#endless = `${address} was called ${mostCalls} times`;
    else if (this.#together > mostCallsTogether) {
      this.#endless = `Functions were called ${mostCallsTogether} times, last ${address},`;
    }
  }

  /** Begins to count anew. */
  clear(): void {
    this.#counts.clear();
    this.#together = 0;
    this.#endless = undefined;
  }

  /** Throws TEST_STUCK when addresses are called again and again. */
  assertEnding(): void {
    if (this.#endless === undefined) return;
    throw new StatefunError(
      "TEST_STUCK",
      `${this.#endless} while the clock stood still, and messages are left. Does a function send to itself, perhaps through another function, without a delay?`,
    );
  }
}
