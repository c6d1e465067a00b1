// A call in flight: how many messages it carries, how many of them have ended, and its end, which is reported once.

import type { AwaitedCall } from "../model/invocation.js";
import { type CallOutcome, givenUp } from "./call-outcome.js";

export class Call implements AwaitedCall {
  /** How many messages it carries. */
  readonly size: number;
  /** How many of its messages have ended, with effects that were applied. */
  consumed = 0;
  readonly begun = performance.now();
  onGivenUp: (() => void) | undefined = undefined;
  readonly #onEnd: (outcome: CallOutcome, call: never) => void;
  #over = false;

  /** `onEnd` gets the outcome and this call: one function then serves all calls, and no call makes a closure. */
  constructor(size: number, onEnd: (outcome: CallOutcome, call: never) => void) {
    this.size = size;
    this.#onEnd = onEnd;
  }

  /** Whether the call has ended or was given up: an answer that comes now does not count. */
  get over(): boolean {
    return this.#over;
  }

  /** Ends the call although its answer is not there. Whoever carries it out learns that the answer does not count. */
  giveUp(): void {
    if (this.#over) return;
    this.end(givenUp);
    this.onGivenUp?.();
  }

  /** Tells the end of the call; only the first end counts. */
  end(outcome: CallOutcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd(outcome, this as never);
  }
}
