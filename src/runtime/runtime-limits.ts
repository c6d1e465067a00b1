// The limits of a runtime as users write them, and as the engine takes them.

import { defaultLimits, type EngineLimits } from "../engine/limits.js";
import type { Duration } from "../model/duration.js";
import { defineOptions, positiveInteger, timer, withDefault } from "../model/options.js";

/** How much a runtime takes on, and when it parks an address. Each limit is above 0; counts and bytes are whole numbers. */
export interface RuntimeLimits {
  /** Bytes that may wait in one mailbox before the ingress refuses more. Defaults to 16 MiB. */
  readonly mailboxBytes?: number;
  /** Bytes that may wait in all mailboxes and outboxes before the ingress refuses more. Defaults to 64 MiB. */
  readonly totalBytes?: number;
  /** Clients that may wait for an answer at once. Defaults to 20,000. */
  readonly callsWaiting?: number;
  /** Calls of one function that may be in flight at once. Defaults to 1,024. */
  readonly inFlight?: number;
  /** Bytes of messages in one call; a single message may be larger. Defaults to 4 MiB. */
  readonly batchBytes?: number;
  /** Failures in a row after which an address is parked. Defaults to 10. */
  readonly attempts?: number;
  /** The wait before the second attempt; each further wait is twice as long. Defaults to 100 milliseconds. */
  readonly firstRetry?: Duration;
  /** The longest wait before an attempt. Defaults to 30 seconds. */
  readonly lastRetry?: Duration;
}

const limitOptions = defineOptions<RuntimeLimits>()({
  mailboxBytes: withDefault(positiveInteger, defaultLimits.mailboxBytes),
  totalBytes: withDefault(positiveInteger, defaultLimits.totalBytes),
  callsWaiting: withDefault(positiveInteger, defaultLimits.callsWaiting),
  inFlight: withDefault(positiveInteger, defaultLimits.inFlight),
  batchBytes: withDefault(positiveInteger, defaultLimits.batchBytes),
  attempts: withDefault(positiveInteger, defaultLimits.attempts),
  firstRetry: withDefault(timer, defaultLimits.firstRetryMs),
  lastRetry: withDefault(timer, defaultLimits.lastRetryMs),
});

/** Reads limits as the engine's, in milliseconds. Throws OPTION_INVALID and DURATION_INVALID. */
export const limitsOption = (limits: RuntimeLimits | undefined, name: string, where: string): EngineLimits => {
  const {
    firstRetry: firstRetryMs,
    lastRetry: lastRetryMs,
    ...numbers
  } = limitOptions.read(`${where}'s ${name}`, limits);
  return { ...numbers, firstRetryMs, lastRetryMs };
};
