// The lane of one endpoint: the addresses that wait for their turn to be called there, and how many calls are in flight.
// An endpoint that can't be reached holds up its own lane and no other.

import { type Backoff, backoffMs } from "../model/backoff.js";
import type { Clock, Timer } from "./clock.js";
import { Fifo } from "./fifo.js";
import type { Instance } from "./instance.js";

/** The endpoint counts as down after this many calls in a row, of any address, that did not reach it. */
const failuresUntilDown = 3;
const backoff: Backoff = { firstMs: 100, longestMs: 10_000 };

export class Lane {
  readonly #clock: Clock;
  readonly #mostInFlight: number;
  readonly #wake: () => void;
  readonly #queue = new Fifo<Instance>();
  #inFlight = 0;
  #failures = 0;
  #wait: Timer | undefined;

  /** `wake` is called when addresses may have their turn again after a wait. */
  constructor(clock: Clock, mostInFlight: number, wake: () => void) {
    this.#clock = clock;
    this.#mostInFlight = mostInFlight;
    this.#wake = wake;
  }

  /** Whether the endpoint can't be reached. Then there is one call at a time, to find out when the endpoint is back. */
  get down(): boolean {
    return this.#failures >= failuresUntilDown;
  }

  /** Puts an address at the end of the lane, unless it waits there already. */
  join(instance: Instance): void {
    if (instance.queued) return;
    instance.queued = true;
    this.#queue.push(instance);
  }

  /** Takes the address whose turn it is; undefined when none waits, or when no call may begin now. */
  next(): Instance | undefined {
    if (this.#queue.length === 0 || this.#wait !== undefined) return undefined;
    if (this.#inFlight >= (this.down ? 1 : this.#mostInFlight)) return undefined;
    const instance = this.#queue.shift();
    instance.queued = false;
    return instance;
  }

  /** Says that a call has begun. */
  began(): void {
    this.#inFlight += 1;
  }

  /** Says that a call has ended, and whether it reached the endpoint. */
  ended(reached: boolean): void {
    this.#inFlight -= 1;
    if (reached) {
      this.#failures = 0;
      if (this.#wait === undefined) return;
      // A call that was in flight before the wait has reached the endpoint: it is back.
      this.#wait.cancel();
      this.#wait = undefined;
      this.#wake();
      return;
    }
    // Calls that were in flight when the wait began do not count. Otherwise a thousand failures at once would make the next
    // wait as long as it can be.
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
