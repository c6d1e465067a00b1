// Repeats an attempt until it succeeds, because a record must not be lost.

import { type Clock, systemClock, type Timer } from "../../engine/clock.js";
import type { EgressFailure } from "../../engine/egresses-api.js";
import { errorOf, oneLine, StatefunError } from "../../errors.js";
import { onAbort } from "../../model/abort.js";
import { type Backoff, backoffMs } from "../../model/backoff.js";
import { defaultLogger, type Logger } from "../../model/logger.js";

/** Options of {@link Retry}. */
export interface RepeatOptions {
  /** Times the waits. Defaults to the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Takes a line for every failure. Defaults to stderr. */
  readonly logger?: Logger | undefined;
}

/** What is repeated. */
interface Repeated {
  /** What the log calls it, such as "The egress shop/log to log.jsonl". */
  readonly name: string;
  /** The egress's type name. */
  readonly egress: string;
}

const backoff: Backoff = { firstMs: 100, longestMs: 60_000 };

/** A failure that says how long to wait before the next try. */
export class RetryAfter extends Error {
  readonly ms: number;

  constructor(message: string, ms: number) {
    super(message);
    this.ms = ms;
  }
}

/** Repeats what fails: first after 100 ms, then after twice as long each time, up to a minute. */
export class Retry {
  readonly #name: string;
  readonly #egress: string;
  /** How many attempts have failed. */
  failures = 0;
  #lastFailure: Omit<EgressFailure, "isOver"> | undefined;
  /** Whether an attempt has succeeded since the last failure. */
  #isOver = true;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #closing = new AbortController();

  constructor({ name, egress }: Repeated, { clock = systemClock, logger = defaultLogger }: RepeatOptions) {
    this.#name = name;
    this.#egress = egress;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The last attempt that failed. */
  get lastFailure(): EgressFailure | undefined {
    return this.#lastFailure && { ...this.#lastFailure, isOver: this.#isOver };
  }

  /** Aborted by {@link close}. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Resolves when `attempt` has succeeded; rejects only after {@link close}, with SHUTTING_DOWN. */
  async run(what: string, attempt: () => Promise<void>): Promise<void> {
    for (let failures = 1; ; failures++) {
      if (this.signal.aborted) throw this.signal.reason;
      try {
        await attempt();
        this.#isOver = true;
        return;
      } catch (thrown) {
        if (this.signal.aborted) throw this.signal.reason;
        this.failures += 1;
        const waitMs = backoffMs(backoff, failures);
        const ms = thrown instanceof RetryAfter ? Math.min(Math.max(thrown.ms, waitMs), backoff.longestMs) : waitMs;
        const error = errorOf(thrown);
        this.#lastFailure = { at: this.#clock.now(), message: error.message };
        this.#isOver = false;
        this.#logger.warn(
          oneLine(`${this.#name} did not take ${what}; the next try is in ${ms} ms: ${error.message}`),
          error,
          { egress: this.#egress, attempt: failures },
        );
        await this.#wait(ms);
      }
    }
  }

  /** Ends every wait, and every {@link run} that has not succeeded. */
  close(): void {
    this.#closing.abort(new StatefunError("SHUTTING_DOWN", `${this.#name} is closed; its records stay in the outbox.`));
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      const done = () => {
        timer?.cancel();
        endAbort();
        resolve();
      };
      const endAbort = onAbort(this.signal, done);
      timer = this.#clock.after(ms, done);
    });
  }
}
