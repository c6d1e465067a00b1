// The time as handlers see it, and as the limits of calls measure it.

/** Tells the time of whoever runs the functions, and starts timers. */
export interface HostClock {
  /** The time, in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  steady(): number;
  /** Calls `run` once, `ms` milliseconds from now or a little later. */
  after(ms: number, run: () => void): { cancel(): void };
}

/** The machine's own clock. A timer keeps the process alive. */
export const machineClock: HostClock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.ceil(ms));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The machine's own clock for an engine in this process, which alone says for how long the process lives. */
export const unrefClock: HostClock = {
  ...machineClock,
  after(ms, run) {
    const timer = setTimeout(run, Math.ceil(ms));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The clock that somebody has given an engine: its time is the one time. */
export function hostClockOf(clock: Pick<HostClock, "now" | "after">): HostClock {
  const now = () => Math.floor(clock.now());
  return { now, steady: now, after: (ms, run) => clock.after(ms, run) };
}
