// The line before one endpoint: which addresses wait for their turn, and how many calls are in flight. An endpoint that
// can't be reached holds its own line up and no other.

import { type Backoff, backoffMs } from "../model/backoff.js";
import type { Clock, Timer } from "./clock.js";
import { Fifo } from "./fifo.js";
import type { Instance } from "./instance.js";

/** Failures in a row, of any address, after which an endpoint counts as down. */
const failuresUntilDown = 3;
const backoff: Backoff = { firstMs: 100, longestMs: 10_000 };

export class Lane {
  readonly #clock: Clock;
  readonly #mostInFlight: number;
  readonly #wake: () => void;
  readonly #line = new Fifo<Instance>();
  #inFlight = 0;
  #failures = 0;
  #wait: Timer | undefined;

  /** `wake` is called when the line can go on after a wait. */
  constructor(clock: Clock, mostInFlight: number, wake: () => void) {
    this.#clock = clock;
    this.#mostInFlight = mostInFlight;
    this.#wake = wake;
  }

  /** Whether the endpoint can't be reached: then one call at a time tries whether it can. */
  get down(): boolean {
    return this.#failures >= failuresUntilDown;
  }

  /** Puts an address at the end of the line, unless it stands there. */
  join(instance: Instance): void {
    if (instance.queued) return;
    instance.queued = true;
    this.#line.push(instance);
  }

  /** Takes the address whose turn it is; undefined when there is none or too much is in flight. */
  next(): Instance | undefined {
    if (this.#line.length === 0 || this.#wait !== undefined) return undefined;
    if (this.#inFlight >= (this.down ? 1 : this.#mostInFlight)) return undefined;
    const instance = this.#line.shift();
    instance.queued = false;
    return instance;
  }

  began(): void {
    this.#inFlight += 1;
  }

  /** Says that a call has ended, and whether anything answered it. */
  ended(reached: boolean): void {
    this.#inFlight -= 1;
    if (reached) {
      this.#failures = 0;
      if (this.#wait === undefined) return;
      // Something has answered while nobody was let through: it is back.
      this.#wait.cancel();
      this.#wait = undefined;
      this.#wake();
      return;
    }
    // Calls that were in flight beside the one that began the wait say nothing new: counted, a thousand of them would
    // make the wait as long as it can be.
    if (this.#wait !== undefined) return;
    this.#failures += 1;
    if (!this.down) return;
    const waitMs = backoffMs(backoff, this.#failures - failuresUntilDown + 1);
    this.#wait = this.#clock.after(waitMs, () => {
      this.#wait = undefined;
      this.#wake();
    });
  }
}
