// How often something may happen: so many times a second, and after a quiet time as many times at once.

export class Rate {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  /** When all that has happened would be over, had it happened at the interval. */
  #busyUntil = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = 1000 - this.#intervalMs;
  }

  /** Whether it may happen at this time, in milliseconds of a clock that nobody sets; if so, it counts `cost` times. */
  takes(nowMs: number, cost = 1): boolean {
    if (this.#busyUntil > nowMs + this.#burstMs) return false;
    this.#busyUntil = Math.max(this.#busyUntil, nowMs) + cost * this.#intervalMs;
    return true;
  }
}
