// Trying again until it works: what an egress took on must not be lost.

import { type Clock, systemClock, type Timer } from "../../engine/clock.js";
import { errorOf, oneLine, StatefunError } from "../../errors.js";
import { type Backoff, backoffMs } from "../../model/backoff.js";
import { defaultLogger, type Logger } from "../../model/logger.js";

/** Options of every egress. */
export interface EgressOptions {
  /** Defaults to the machine's. */
  readonly clock?: Clock | undefined;
  /** Takes a line for every try that failed. Defaults to stderr. */
  readonly logger?: Logger | undefined;
}

const backoff: Backoff = { firstMs: 100, longestMs: 60_000 };

/** A failure that says how long to wait. */
export class RetryAfter extends Error {
  readonly ms: number;

  constructor(message: string, ms: number) {
    super(message);
    this.ms = ms;
  }
}

/** Repeats what fails, 100 ms after the first time and then ever later, up to a minute. */
export class Retry {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #closing = new AbortController();

  constructor(name: string, { clock = systemClock, logger = defaultLogger }: EgressOptions) {
    this.#name = name;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Aborted when there is no more time to try. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Resolves when `attempt` has worked; rejects only after {@link close}, with SHUTTING_DOWN. */
  async run(what: string, attempt: () => Promise<void>): Promise<void> {
    for (let failures = 1; ; failures++) {
      if (this.signal.aborted) throw this.signal.reason;
      try {
        return await attempt();
      } catch (thrown) {
        if (this.signal.aborted) throw this.signal.reason;
        const waitMs = backoffMs(backoff, failures);
        const ms = thrown instanceof RetryAfter ? Math.min(Math.max(thrown.ms, waitMs), backoff.longestMs) : waitMs;
        const error = errorOf(thrown);
        this.#logger.warn(oneLine(`${this.#name} failed to take ${what}; again in ${ms} ms: ${error.message}`), error);
        await this.#wait(ms);
      }
    }
  }

  /** Ends all waits. */
  close(): void {
    this.#closing.abort(new StatefunError("SHUTTING_DOWN", `${this.#name} is closed; its records stay in the outbox.`));
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      const done = () => {
        timer?.cancel();
        this.signal.removeEventListener("abort", done);
        resolve();
      };
      this.signal.addEventListener("abort", done);
      timer = this.#clock.after(ms, done);
    });
  }
}
