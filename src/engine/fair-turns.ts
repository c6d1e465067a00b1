// Work for people that reads much, and lets everything else have its turn of the event loop.

import { type NextTurn, nodeTurn } from "./next-turn.js";

/** After this many milliseconds, everything else has a turn. */
const turnMs = 2;

export class FairTurns {
  readonly #nextTurn: NextTurn;
  #endsAt: number | undefined;

  constructor(nextTurn: NextTurn = nodeTurn) {
    this.#nextTurn = nextTurn;
  }

  /** Returns undefined when the work may go on at once, else a promise for the moment when it may. */
  next(): Promise<void> | undefined {
    const now = performance.now();
    this.#endsAt ??= now + turnMs;
    return now < this.#endsAt ? undefined : this.#wait();
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => this.#nextTurn(resolve));
    this.#endsAt = undefined;
  }
}
