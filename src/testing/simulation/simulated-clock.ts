// The time of a run. It moves only when the run says so.

import type { Clock, Timer } from "../../engine/clock.js";
import type { NextTurn } from "../../engine/next-turn.js";
import { type ClockBranch, VirtualClock } from "../virtual-clock.js";

/** A timer for so long, or for longer, only looks whether there is something to do: real waits are far shorter or are stored. */
const backgroundMs = 60_000;

/** The time and the turns of the event loop of one life of an engine. */
interface LifeTime {
  readonly clock: Clock;
  readonly nextTurn: NextTurn;
}

export class SimulatedClock {
  readonly #start: number;
  readonly #time: VirtualClock;
  #branch: ClockBranch | undefined;
  /** When the timers go off that somebody waits for. */
  #waits = new Set<{ readonly at: number }>();
  /** What the engine has left to a later turn of the event loop. */
  #turns: (() => void)[] = [];

  constructor(startAt: number) {
    this.#start = startAt;
    this.#time = new VirtualClock(startAt);
  }

  now(): number {
    return this.#time.now();
  }

  /** The milliseconds since the start of the run. */
  get elapsedMs(): number {
    return this.now() - this.#start;
  }

  /** Ends the timers and turns of one life of an engine, and begins the next one. */
  begin(): LifeTime {
    this.#branch?.end();
    const branch = this.#time.branch();
    const waits = new Set<{ readonly at: number }>();
    const turns: (() => void)[] = [];
    this.#branch = branch;
    this.#waits = waits;
    this.#turns = turns;
    const after = (ms: number, run: () => void): Timer => {
      if (ms >= backgroundMs) return branch.after(ms, run);
      const wait = { at: this.now() + Math.max(ms, 0) };
      waits.add(wait);
      const timer = branch.after(ms, () => {
        waits.delete(wait);
        run();
      });
      return {
        cancel() {
          waits.delete(wait);
          timer.cancel();
        },
      };
    };
    return { clock: { now: () => this.now(), after }, nextTurn: (run) => turns.push(run) };
  }

  /** Lets the event loop turn until the engine waits for nothing but the run. */
  async settle(): Promise<void> {
    do {
      for (const run of this.#turns.splice(0)) run();
      // Promises settle before the next turn of Node's own event loop.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#turns.length > 0);
  }

  /** When the next timer goes off that somebody waits for; undefined when all timers only look for something to do. */
  get nextWait(): number | undefined {
    return this.#waits.size === 0 ? undefined : Math.min(...[...this.#waits].map(({ at }) => at));
  }

  /** When the next timer goes off. */
  get nextTimer(): number | undefined {
    return this.#time.next;
  }

  /** Moves the time on, and runs every timer that is due, in order. */
  advanceTo(time: number): void {
    this.#time.moveTo(time);
    this.#time.fire();
  }
}
