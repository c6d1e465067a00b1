// The time of a test. It stands still until the test moves it.

import type { Clock, Timer } from "../engine/clock.js";

/** When a clock starts, unless its test says otherwise: the same for every run. */
export const defaultStart = Date.UTC(2026, 0, 1);

/** The clock of one life of an engine. */
export interface ClockBranch extends Clock {
  /** Lets no timer of this clock go off any more. */
  end(): void;
}

interface Pending {
  readonly owner: object;
  readonly at: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  #now: number;
  /** The timers, the one that goes off first at the end. Of several for one moment, the timer that was set first goes first. */
  readonly #pending: Pending[] = [];

  constructor(now = defaultStart) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    return this.#add(ms, run, this);
  }

  #add(ms: number, run: () => void, owner: object): Timer {
    const pending: Pending = { owner, at: this.#now + Math.max(ms, 0), run };
    const timers = this.#pending;
    timers.splice(this.#placeOf(pending.at), 0, pending);
    return {
      cancel() {
        const at = timers.indexOf(pending);
        if (at >= 0) timers.splice(at, 1);
      },
    };
  }

  /** When the next timer goes off; undefined when there is none. */
  get next(): number | undefined {
    return this.#pending.at(-1)?.at;
  }

  /** Moves the time on to this moment. No timer goes off. */
  moveTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  /** Lets the timers that are due now go off, in their order; returns whether there were any. */
  fire(): boolean {
    let fired = false;
    for (; (this.next ?? Number.POSITIVE_INFINITY) <= this.#now; fired = true) this.#pending.pop()?.run();
    return fired;
  }

  /** A clock with the same time whose timers can be ended together: a process that has ended has no timers left. */
  branch(): ClockBranch {
    let ended = false;
    const branch: ClockBranch = {
      now: () => this.#now,
      after: (ms, run) => (ended ? { cancel() {} } : this.#add(ms, run, branch)),
      end: () => {
        ended = true;
        const left = this.#pending.filter(({ owner }) => owner !== branch);
        this.#pending.splice(0, this.#pending.length, ...left);
      },
    };
    return branch;
  }

  /** Behind the timers that go off later: those lie before the others. */
  #placeOf(at: number): number {
    let [low, high] = [0, this.#pending.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pending[middle] as Pending).at > at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
