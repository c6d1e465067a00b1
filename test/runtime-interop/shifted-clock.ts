// The machine's clock, moved ahead, so that states expire while peers run at their own speed.

import { type Clock, systemClock, type Timer } from "../../src/engine/clock.js";

export class ShiftedClock implements Clock {
  /** How far ahead, in milliseconds. Timers are not moved. */
  aheadMs = 0;

  now(): number {
    return systemClock.now() + this.aheadMs;
  }

  after(ms: number, run: () => void): Timer {
    return systemClock.after(ms, run);
  }
}
