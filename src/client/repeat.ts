// One request, repeated until it is answered, fails for good, or its time is over.

import { type ErrorCode, StatefunError } from "../errors.js";
import { type Backoff, backoffMs, jittered } from "../model/backoff.js";
import { type Answer, Failure } from "./answer.js";
import { Ending } from "./ending.js";

/** A request that may be sent again. */
export interface Repeated {
  /** Sends the request. `remainingMs` is the time that is left; the try ends early when `ending` says so. */
  send(remainingMs: number, ending: Ending): Promise<Answer | Failure>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The code of the error that is thrown when the time is over. */
  readonly timeoutCode: ErrorCode;
}

/** The runtime ends a call in time, and says what it knows of the call. For so long the client waits for these words. */
const graceMs = 250;

const backoff: Backoff = { firstMs: 100, longestMs: 5_000 };

/**
 * Sends a request to a server, at most `retries` times more when it got no answer or one with 429, 502 or 503. Throws the
 * error that the server answered, a TerminalError when a function has refused the message for good, CLIENT_FAILED when no
 * runtime answered, the request's `timeoutCode`, and the signal's reason.
 */
export async function repeat(url: string, retries: number, request: Repeated): Promise<Answer> {
  const { signal, timeoutMs, timeoutCode } = request;
  signal?.throwIfAborted();
  const ending = new Ending(timeoutMs + (timeoutCode === "ANSWER_TIMEOUT" ? graceMs : 0), signal);
  const endsAt = Date.now() + timeoutMs;
  try {
    for (let failures = 1; ; failures++) {
      const outcome = await request.send(Math.max(1, endsAt - Date.now()), ending);
      if (!(outcome instanceof Failure)) return outcome;
      signal?.throwIfAborted();
      if (ending.ended) throw new StatefunError(timeoutCode, `${url} did not answer within ${timeoutMs} ms.`);
      const waitMs = Math.max(outcome.retryAfterMs, jittered(backoffMs(backoff, failures), outcome.chance));
      // A failure says more than that the time is over: when no time is left for another try, the failure is thrown.
      const hasTime = waitMs < endsAt - Date.now();
      if (!outcome.canRetry || failures > retries || !hasTime) throw outcome.error;
      await ending.pause(waitMs);
      signal?.throwIfAborted();
      if (ending.ended) throw outcome.error;
    }
  } finally {
    ending.close();
  }
}
