// The clock of the engine. Tests replace it by one that they move by hand.

import { describe, StatefunError } from "../errors.js";
import { longestTimerMs } from "../model/duration.js";
import type { OwnContext } from "./own-context.js";

/** A timer of a {@link Clock}. */
export interface Timer {
  /** Stops the timer. */
  cancel(): void;
}

/** Tells the time and starts timers. */
export interface Clock {
  /** The time, in milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now or a little later. */
  after(ms: number, run: () => void): Timer;
}

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), longestTimerMs));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/**
 * The clock through which every part of an engine reads the time, in whole milliseconds: keys of the store hold times and
 * sort as texts. Its timers go off in the engine's context, whoever moves the clock. Throws OPTION_INVALID for an object without the methods of a clock, and for a time that a key can't hold.
 */
export function engineClock(clock: Clock, context: OwnContext): Clock {
  if (typeof clock?.now !== "function" || typeof clock.after !== "function") {
    const what = `clock is ${describe(clock)}; it must have the methods now and after.`;
    throw new StatefunError("OPTION_INVALID", what);
  }
  const now = clock.now();
  if (!Number.isFinite(now) || now < 0) {
    const what = `clock.now() returns ${describe(now)}; it must return the milliseconds since 1970.`;
    throw new StatefunError("OPTION_INVALID", what);
  }
  return { now: () => Math.floor(clock.now()), after: (ms, run) => clock.after(ms, () => context.run(run)) };
}
