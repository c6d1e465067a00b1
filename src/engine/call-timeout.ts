// The error of a call that got no answer in time: it says what the engine knows of the address.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { secondsText } from "../model/duration.js";
import type { Instance } from "./instance.js";

/**
 * Makes the error of a call of `target`. `instance` is undefined when the address is not awake. The message of a failure may
 * hold secrets, so only its code is told.
 */
export function timeoutError(
  target: Address,
  timeoutMs: number,
  instance: Instance | undefined,
  now: number,
): StatefunError {
  return new StatefunError(
    "ANSWER_TIMEOUT",
    `${target} did not answer within ${timeoutMs} ms. Its message stays sent; a longer timeout waits longer.${instance === undefined ? "" : knownOf(instance, now)}`,
  );
}

function knownOf({ attempts, lastFailure, retryAt, call }: Instance, now: number): string {
  const known: string[] = [];
  if (lastFailure !== undefined) {
    const tries = attempts > 1 ? `tried ${attempts} times` : attempts === 1 ? "tried once" : "not reached";
    known.push(`its first message was ${tries}, ${lastFailure.error.code}`);
  }
  if (call !== undefined) known.push(`a call has been in flight for ${secondsText(performance.now() - call.begun)}`);
  else if (retryAt !== undefined) known.push(`next try in ${secondsText(retryAt - now)}`);
  return known.length === 0 ? "" : ` What is known: ${known.join(", ")}.`;
}
