// A clock that throws once when a test arms it: a bug in the middle of the transaction that asks for the time next.

import { ManualClock } from "./manual-clock.js";

export class BreakingClock extends ManualClock {
  armed = false;

  override now(): number {
    if (!this.armed) return super.now();
    this.armed = false;
    throw new TypeError("a bug of the test's");
  }
}
