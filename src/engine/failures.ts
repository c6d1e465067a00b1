// What follows a failed call: the message is tried again after a wait; or it has used up its tries, and is set aside as a dead
// letter, or its address is parked.

import { oneLine, type StatefunError } from "../errors.js";
import { backoffMs } from "../model/backoff.js";
import { secondsText } from "../model/duration.js";
import { keptText } from "../model/failure.js";
import type { LogFields, Logger } from "../model/logger.js";
import { nextTryMs } from "../model/retry.js";
import type { FailedCall } from "./call-outcome.js";
import type { Clock } from "./clock.js";
import type { FinalFailures } from "./final-failures.js";
import type { KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import type { Lane } from "./lane.js";
import { storeRetryMs } from "./limits.js";
import { StoreFailure } from "./logging-store.js";
import type { Counters } from "./metrics.js";
import type { ParkedAddresses } from "./parked-addresses.js";

interface FailuresParts {
  readonly parked: ParkedAddresses;
  readonly finalFailures: FinalFailures;
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
   * waits for nothing but its lane, and when it has been parked.
   */
  record(instance: Instance, known: KnownFunction, failed: FailedCall, lane: Lane): number {
    const { clock, counters, logger } = this.#parts;
    const { kind, error, messages = 1 } = failed;
    const { route, policy } = known;
    const { retry } = policy;
    const now = clock.now();
    counters.batchFailures += 1;
    instance.failed(error, now);
    known.counters.failures.of(error.code).count += 1;
    if (kind === "storeFailed") return storeRetryMs;
    // A call without a connection never reached the function, so it does not count against the address.
    if (kind === "unreachable") {
      logger.warn(oneLine(`${route.label} can't be reached. It is tried again. The cause: ${error.message}`), error, {
        function: known.typeName,
      });
      return lane.down ? 0 : retry.firstMs;
    }
    instance.attempts += 1;
    if (instance.attempts === 1) instance.firstFailedAt = now;
    const { attempts } = instance;
    const nextMs = nextTryMs(retry, instance, now);
    // To set the first message aside, when another one may be to blame, would lose a good message. From the second try on, a
    // call carries one message alone.
    const mayBeOthers = messages > 1 && (kind === "unanswered" || policy.onFailure === "deadLetter");
    const isToBlame = !mayBeOthers && (kind === "failed" || !lane.unanswering);
    if (nextMs === undefined && isToBlame) return this.#end(instance, known, error, now);
    const cause = `The cause: ${error.code}: ${keptText(error.message)}`;
    const waitMs = nextMs ?? backoffMs(retry, attempts);
    logger.warn(
      oneLine(`${what(instance, known, failed, lane)} The next try is in ${secondsText(waitMs)}. ${cause}`),
      error,
      fieldsOf(instance),
    );
    return waitMs;
  }

  /** Ends a message that has used up its tries. */
  #end(instance: Instance, known: KnownFunction, error: StatefunError, now: number): number {
    const { parked, finalFailures, logger } = this.#parts;
    const { attempts, address, firstFailedAt } = instance;
    const reason = keptText(error.message);
    let why = "";
    if (known.policy.onFailure === "deadLetter") {
      try {
        if (finalFailures.setAside(known, instance, error, now)) return 0;
      } catch (thrown) {
        // The store has logged the failed read. The message is called once more, and its end is tried again then.
        if (thrown instanceof StoreFailure) return storeRetryMs;
        throw thrown;
      }
      why = " Its message is no dead letter, because too many dead letters are kept: send them again or drop them.";
    }
    logger.error(
      oneLine(
        `${address} is parked after ${attempts} tries.${why} Correct the function, then retry the address or drop the message. The cause: ${error.code}: ${reason}`,
      ),
      error,
      fieldsOf(instance),
    );
    parked.park(instance, { since: now, code: error.code, reason, attempts, firstFailedAt });
    return 0;
  }
}

/** Says what has failed, and after how many tries the address is parked or the message set aside, if it may be. */
function what(
  { address, attempts }: Instance,
  { policy, typeName }: KnownFunction,
  { kind, messages = 1 }: FailedCall,
  lane: Lane,
) {
  if (kind === "unanswered" && lane.unanswering) {
    return `${address} got no answer. It is not parked, because no address of ${typeName} is answered.`;
  }
  if (kind === "unanswered" && messages > 1) {
    return `${address}: a call with ${messages} messages got no answer. They go one by one, and further calls carry half as many.`;
  }
  const most = policy.retry.attempts;
  return `${address}: try ${attempts}${attempts < most && Number.isFinite(most) ? ` of ${most}` : ""} failed.`;
}

const fieldsOf = ({ address, attempts }: Instance): LogFields => ({
  function: address.typeName,
  id: address.id,
  attempt: attempts,
});
