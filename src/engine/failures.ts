// What follows a failed call: the message is tried again after a wait, or its address is parked.

import { oneLine, type StatefunError } from "../errors.js";
import { backoffMs } from "../model/backoff.js";
import type { Logger } from "../model/logger.js";
import type { Clock } from "./clock.js";
import type { KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import type { EngineLimits } from "./limits.js";
import type { Counters } from "./metrics.js";
import type { ParkedAddresses } from "./parked-addresses.js";

interface FailuresParts {
  readonly parked: ParkedAddresses;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly counters: Counters;
  readonly logger: Logger;
}

export class Failures {
  readonly #parts: FailuresParts;

  constructor(parts: FailuresParts) {
    this.#parts = parts;
  }

  /**
   * Counts and logs a failed call. Returns the milliseconds until the address may be called again. Returns 0 when the address
   * waits for nothing but its lane, and when the address has been parked.
   */
  record(instance: Instance, { route }: KnownFunction, error: StatefunError, endpointDown: boolean): number {
    const { parked, clock, limits, counters, logger } = this.#parts;
    counters.batchFailures += 1;
    if (error.code === "STORE_FULL" || error.code === "STORE_FAILED") return limits.firstRetryMs;
    // While the endpoint is down for all, no address is to blame.
    if (endpointDown) {
      logger.warn(oneLine(`${route.label} can't be reached. It is tried again. The cause: ${error.message}`), error);
      return 0;
    }
    instance.attempts += 1;
    const { attempts, address } = instance;
    const cause = `The cause: ${error.code}: ${error.message}`;
    if (attempts >= limits.attempts) {
      logger.error(
        oneLine(
          `${address} is parked after ${attempts} tries. Correct the function, then retry the address or drop the message. ${cause}`,
        ),
        error,
      );
      parked.park(instance, { since: clock.now(), code: error.code, reason: error.message, attempts });
      return 0;
    }
    const waitMs = backoffMs({ firstMs: limits.firstRetryMs, longestMs: limits.lastRetryMs }, attempts);
    const next = `${address}: try ${attempts} of ${limits.attempts} failed. The next try is in ${waitMs} ms.`;
    logger.warn(oneLine(`${next} ${cause}`), error);
    return waitMs;
  }
}
