// How much the engine takes on, and when it gives an address up.

import { describe, StatefunError } from "../errors.js";
import { assertKnownOptions } from "../model/options.js";

/** Limits of an engine. */
export interface EngineLimits {
  /** Bytes that may wait in one mailbox before ingresses are refused. Defaults to 16 MiB. */
  readonly mailboxBytes: number;
  /** Bytes that may wait in all mailboxes and outboxes before ingresses are refused. Defaults to 64 MiB. */
  readonly totalBytes: number;
  /** Clients that may wait for an answer at once. Defaults to 20,000. */
  readonly callsWaiting: number;
  /** Calls in flight to one endpoint. Defaults to 1,024. */
  readonly inFlight: number;
  /** Bytes of messages in one call; one message always fits. Defaults to 4 MiB. */
  readonly batchBytes: number;
  /** Failures in a row after which an address is parked. Defaults to 10. */
  readonly attempts: number;
  /** Milliseconds before the second try; doubled for each further one. Defaults to 100. */
  readonly firstRetryMs: number;
  /** The longest wait before a try. Defaults to 30,000 ms. */
  readonly lastRetryMs: number;
}

export const defaultLimits: EngineLimits = {
  mailboxBytes: 16 * 1024 * 1024,
  totalBytes: 64 * 1024 * 1024,
  callsWaiting: 20_000,
  inFlight: 1_024,
  batchBytes: 4 * 1024 * 1024,
  attempts: 10,
  firstRetryMs: 100,
  lastRetryMs: 30_000,
};

/** The limits, with the defaults where none is given. Throws OPTION_INVALID. */
export function limitsOf(given: Partial<EngineLimits> = {}): EngineLimits {
  assertKnownOptions("limits", given, Object.keys(defaultLimits));
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new StatefunError(
      "OPTION_INVALID",
      `limits.${name} is ${describe(value)}; it must be a whole number above 0.`,
    );
  }
  return { ...defaultLimits, ...given };
}
