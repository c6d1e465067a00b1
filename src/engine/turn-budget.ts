// How many calls may begin in one turn of the event loop. After them, sockets and timers have their turn.

import { type NextTurn, nodeTurn } from "./next-turn.js";

/** The most calls that begin in one turn. */
const callsPerTurn = 128;
/** After this many milliseconds no further call begins in a turn: a function of this process may take its time. */
const turnMs = 5;

export class TurnBudget {
  readonly #onTurn: () => void;
  readonly #nextTurn: NextTurn;
  #left = callsPerTurn;
  #endsAt = Number.POSITIVE_INFINITY;
  #turnAwaited = false;

  /** `onTurn` is called at the start of a new turn, if calls have begun in the turn before. */
  constructor(onTurn: () => void, nextTurn: NextTurn = nodeTurn) {
    this.#onTurn = onTurn;
    this.#nextTurn = nextTurn;
  }

  /** Whether no further call may begin in this turn. */
  get spent(): boolean {
    return this.#left === 0;
  }

  /** Counts a call that is about to begin. */
  spend(): void {
    this.#left -= 1;
    if (this.#turnAwaited) return;
    // The time of a turn begins with its first call: after an idle time, the end of an earlier turn is long over.
    this.#endsAt = performance.now() + turnMs;
    this.#awaitTurn();
  }

  /** Ends the budget when the turn has taken too long. */
  checkTime(): void {
    if (performance.now() >= this.#endsAt) this.#left = 0;
  }

  #awaitTurn(): void {
    this.#turnAwaited = true;
    this.#nextTurn(() => {
      this.#turnAwaited = false;
      this.#left = callsPerTurn;
      this.#onTurn();
    });
  }
}
