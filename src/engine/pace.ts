// The pace of work in the background that goes through very many entries: a little at a time, so that other work goes on.

import type { Clock, Timer } from "./clock.js";
import type { GroupCommit } from "./group-commit.js";
import { type NextTurn, nodeTurn } from "./next-turn.js";

/** After this many milliseconds, everything else has a turn of the event loop. */
const turnMs = 2;
/** After this many entries, or this many bytes, there is a pause. */
const stepEntries = 500;
const stepBytes = 1024 * 1024;
const pauseMs = 20;

interface PaceParts {
  readonly commit: GroupCommit;
  readonly clock: Clock;
  /** Defaults to the turns of Node's event loop. */
  readonly nextTurn?: NextTurn;
}

export class Pace {
  readonly #parts: PaceParts;
  #entries = 0;
  #bytes = 0;
  #turnEndsAt: number | undefined;
  #timer: Timer | undefined;
  #endPause = () => {};
  #stopped = false;

  constructor(parts: PaceParts) {
    this.#parts = parts;
  }

  /** Whether the work must end. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends the work, and a pause. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#endPause();
  }

  /**
   * Counts an entry, and how many bytes of the store were read for it. Returns undefined when the work may go on at once,
   * else a promise for the moment when it may.
   */
  after(bytes: number): Promise<void> | undefined {
    this.#entries += 1;
    this.#bytes += bytes;
    if (this.#entries >= stepEntries || this.#bytes >= stepBytes) return this.#pause();
    const now = performance.now();
    this.#turnEndsAt ??= now + turnMs;
    return now < this.#turnEndsAt ? undefined : this.#turn();
  }

  async #turn(): Promise<void> {
    const { nextTurn = nodeTurn } = this.#parts;
    await new Promise<void>((resolve) => nextTurn(resolve));
    this.#turnEndsAt = undefined;
  }

  async #pause(): Promise<void> {
    const { commit, clock } = this.#parts;
    this.#entries = 0;
    this.#bytes = 0;
    // What was changed so far is in memory until it is written.
    await commit.flushed();
    if (!this.#stopped) {
      await new Promise<void>((resolve) => {
        this.#endPause = resolve;
        this.#timer = clock.after(pauseMs, resolve);
      });
    }
    this.#turnEndsAt = undefined;
  }
}
