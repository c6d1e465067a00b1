// A clock that a test moves by hand.

import { setImmediate as turn } from "node:timers/promises";
import type { Clock, Timer } from "../../src/engine/clock.js";

interface Pending extends Timer {
  readonly at: number;
  readonly run: () => void;
}

/** After this many turns of the event loop without a sign of work, everything counts as quiet. */
const quietTurns = 4;

export class ManualClock implements Clock {
  /** The time of timers, which no jump moves. */
  #now: number;
  #jumped = 0;
  readonly #pending = new Set<Pending>();
  #set = 0;
  /**
   * Reports what works beside the clock: `busy` while there is work that the event loop finishes by itself. `done`
   * grows with every piece of finished work.
   */
  watch: () => { readonly busy: boolean; readonly done: number } = () => ({ busy: false, done: 0 });

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#jumped;
  }

  /** Jumps to another time, as a person, NTP or a machine that slept does. Timers go on as if nothing had happened. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  after(ms: number, run: () => void): Timer {
    const pending: Pending = {
      at: this.#now + Math.max(ms, 0),
      run,
      cancel: () => this.#pending.delete(pending),
    };
    this.#set += 1;
    this.#pending.add(pending);
    return pending;
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Moves the time on and fires the timers that are due, in order. After each one, everything comes to rest. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.at > until) break;
      this.#now = Math.max(this.#now, next.at);
      this.#pending.delete(next);
      next.run();
      // Timers of the same moment fire in one turn, as they do on a real clock that is late.
      if ((this.#next()?.at ?? Number.POSITIVE_INFINITY) > this.#now) await this.settle();
    }
    this.#now = until;
    await this.settle();
  }

  /** Lets the event loop turn until nothing more happens without the time moving on. */
  async settle(): Promise<void> {
    for (let quiet = 0, seen = -1; quiet < quietTurns; ) {
      await turn();
      const { busy, done } = this.watch();
      const sum = done + this.#set;
      quiet = busy || sum !== seen ? 0 : quiet + 1;
      seen = sum;
    }
  }

  /** The timer that is due first. Of several, the timer that was set first. */
  #next(): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) if (next === undefined || pending.at < next.at) next = pending;
    return next;
  }
}
