// The machine's clock, some time ahead: so that states expire while peers work as fast as they do.

import { type Clock, systemClock, type Timer } from "../../src/engine/clock.js";

export class ShiftedClock implements Clock {
  /** How far ahead, in milliseconds. Timers that are set do not notice. */
  aheadMs = 0;

  now(): number {
    return systemClock.now() + this.aheadMs;
  }

  after(ms: number, run: () => void): Timer {
    return systemClock.after(ms, run);
  }
}
