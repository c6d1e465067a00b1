// A clock that a test moves.

import type { Clock, Timer } from "../../../src/engine/clock.js";

export class ManualClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];
  #waiters: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    for (const told of this.#waiters.splice(0)) told();
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Resolves to how long the next timer waits, once there is one. */
  async waiting(): Promise<number> {
    while (this.#timers.length === 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    return Math.min(...this.#timers.map(({ at }) => at)) - this.#now;
  }

  /** Moves to the next timer and lets it go off; resolves to how long it waited. */
  async next(): Promise<number> {
    const ms = await this.waiting();
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
    return ms;
  }
}
