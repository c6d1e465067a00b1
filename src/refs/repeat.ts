// One request, repeated until it is answered, fails for good, or its time is over.

import { type ErrorCode, StatefunError } from "../errors.js";
import { type Backoff, backoffMs, jittered } from "../model/backoff.js";
import { Ending } from "./ending.js";
import { Failure } from "./failure.js";

/** How long a call or a send may take, with all its retries, unless its options or its client say otherwise. */
export const defaultTimeoutMs = 30_000;
/** How many times a call or a send is tried again, unless its client says otherwise. */
export const defaultRetries = 10;

/** A request that may be sent again. A is what a successful try comes to. */
export interface Repeated<A> {
  /** Sends the request. `remainingMs` is the time that is left; the try ends early when `ending` says so. */
  send(remainingMs: number, ending: Ending): Promise<A | Failure>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The code of the error that is thrown when the time is over. */
  readonly timeoutCode: ErrorCode;
}

/** The runtime ends a call in time, and says what it knows of the call. For so long the caller waits for these words. */
const graceMs = 250;

const backoff: Backoff = { firstMs: 100, longestMs: 5_000 };

/**
 * Sends a request, at most `retries` times more when a try failed that may be repeated. `place` names the runtime in messages.
 * Throws the error of the last try, a TerminalError when a function has refused the message for good, the request's
 * `timeoutCode`, and the signal's reason.
 */
export async function repeat<A>(place: string, retries: number, request: Repeated<A>): Promise<A> {
  const { signal, timeoutMs, timeoutCode } = request;
  signal?.throwIfAborted();
  const ending = new Ending(timeoutMs + (timeoutCode === "ANSWER_TIMEOUT" ? graceMs : 0), signal);
  const endsAt = Date.now() + timeoutMs;
  try {
    for (let failures = 1; ; failures++) {
      const outcome = await request.send(Math.max(1, endsAt - Date.now()), ending);
      if (!(outcome instanceof Failure)) return outcome;
      signal?.throwIfAborted();
      if (ending.ended) throw new StatefunError(timeoutCode, `${place} did not answer within ${timeoutMs} ms.`);
      const waitMs = Math.max(outcome.retryAfterMs, jittered(backoffMs(backoff, failures), outcome.chance));
      // A failure says more than that the time is over: when no time is left for another try, the failure is thrown.
      const hasTime = waitMs < endsAt - Date.now();
      if (!outcome.canRetry || failures > retries || !hasTime) throw outcome.error;
      await ending.pause(outcome.at + waitMs);
      signal?.throwIfAborted();
      if (ending.ended) throw outcome.error;
    }
  } finally {
    ending.close();
  }
}
