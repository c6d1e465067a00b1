// What follows a failed call: the message is tried again after a wait, or its address is parked.

import { oneLine } from "../errors.js";
import { backoffMs } from "../model/backoff.js";
import type { Logger } from "../model/logger.js";
import type { FailedCall } from "./call-outcome.js";
import type { Clock } from "./clock.js";
import type { KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import type { Lane } from "./lane.js";
import { storeRetryMs } from "./limits.js";
import type { Counters } from "./metrics.js";
import type { ParkedAddresses } from "./parked-addresses.js";

interface FailuresParts {
  readonly parked: ParkedAddresses;
  readonly clock: Clock;
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
  record(instance: Instance, { route, policy }: KnownFunction, { kind, error }: FailedCall, lane: Lane): number {
    const { parked, clock, counters, logger } = this.#parts;
    const { retry } = policy;
    counters.batchFailures += 1;
    if (kind === "storeFailed") return storeRetryMs;
    // A call without a connection never reached the function, so it does not count against the address.
    if (kind === "unreachable") {
      logger.warn(oneLine(`${route.label} can't be reached. It is tried again. The cause: ${error.message}`), error);
      return lane.down ? 0 : retry.firstMs;
    }
    instance.attempts += 1;
    const { attempts, address } = instance;
    const cause = `The cause: ${error.code}: ${error.message}`;
    const isLast = attempts >= retry.attempts;
    const isAlone = kind === "failed" || !lane.unanswering;
    if (isLast && isAlone) {
      logger.error(
        oneLine(
          `${address} is parked after ${attempts} tries. Correct the function, then retry the address or drop the message. ${cause}`,
        ),
        error,
      );
      parked.park(instance, { since: clock.now(), code: error.code, reason: error.message, attempts });
      return 0;
    }
    const waitMs = backoffMs(retry, attempts);
    const tries = isLast
      ? `${address} has failed ${attempts} times. It is not parked, because no address of its function is answered.`
      : `${address}: try ${attempts} of ${retry.attempts} failed.`;
    logger.warn(oneLine(`${tries} The next try is in ${waitMs} ms. ${cause}`), error);
    return waitMs;
  }
}
