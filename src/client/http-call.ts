// One request, repeated until it is answered, fails for good, or its time is over.

import { describe, type ErrorCode, errors, StatefunError } from "../errors.js";
import { onAbort } from "../model/abort.js";
import { type Backoff, backoffMs, jittered } from "../model/backoff.js";
import { terminalErrorOf } from "../model/failure.js";
import type { TerminalError } from "../model/terminal-error.js";

/** The options of a client, after they were read. */
export interface ClientSettings {
  /** The URL of the ingress, without a slash at its end. */
  readonly url: string;
  readonly bearerToken: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly retries: number;
}

/** A request, as each try sends it. */
export interface HttpCall {
  readonly method: "POST" | "DELETE";
  /** Returns the path and query of a try that has this much time left. */
  path(remainingMs: number): string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The code of the error that is thrown when the time is over. */
  readonly timeoutCode: ErrorCode;
}

/** An answer with a status of 2xx. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** The body of an answer that is an error. */
interface ErrorBody {
  readonly code: string;
  readonly message?: string;
  readonly details?: unknown;
  /** Whether a function has refused the message for good, with a code of its own. */
  readonly terminal?: boolean;
}

/** A try that failed. */
class Failure {
  readonly error: StatefunError | TerminalError;
  /** Whether the request may be sent again. */
  readonly canRetry: boolean;
  /** The wait that the server asked for. */
  readonly retryAfterMs: number;

  constructor(error: StatefunError | TerminalError, canRetry: boolean, retryAfterMs = 0) {
    this.error = error;
    this.canRetry = canRetry;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The runtime ends a call in time, and says what it knows of the call. For so long the client waits for these words. */
const graceMs = 250;

const backoff: Backoff = { firstMs: 100, longestMs: 5_000 };

/**
 * Sends a request, and sends it again when it got no answer or one with 429, 502 or 503. Throws the error that the server
 * answered, a TerminalError when a function has refused the message for good, CLIENT_FAILED when no runtime answered, the call's `timeoutCode`, and the signal's reason.
 */
export async function send(settings: ClientSettings, call: HttpCall): Promise<HttpAnswer> {
  const { signal, timeoutMs, timeoutCode } = call;
  const timeout = AbortSignal.timeout(timeoutMs + (timeoutCode === "ANSWER_TIMEOUT" ? graceMs : 0));
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const endsAt = Date.now() + timeoutMs;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    const outcome = await once(settings, call, stop, endsAt - Date.now());
    if (!(outcome instanceof Failure)) return outcome;
    signal?.throwIfAborted();
    if (timeout.aborted) {
      throw new StatefunError(timeoutCode, `${settings.url} did not answer within ${timeoutMs} ms.`);
    }
    failures += 1;
    const waitMs = Math.max(outcome.retryAfterMs, jittered(backoffMs(backoff, failures)));
    // A failure says more than that the time is over: when no time is left for another try, the failure is thrown.
    const hasTime = waitMs < endsAt - Date.now();
    if (!outcome.canRetry || failures > settings.retries || !hasTime) throw outcome.error;
    await pause(waitMs, stop);
    if (timeout.aborted) throw outcome.error;
  }
}

async function once(
  { url, bearerToken, fetch }: ClientSettings,
  { method, path, headers, body }: HttpCall,
  stop: AbortSignal,
  remainingMs: number,
): Promise<HttpAnswer | Failure> {
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await fetch(url + path(Math.max(1, Math.ceil(remainingMs))), {
      method,
      headers: bearerToken === undefined ? headers : { ...headers, Authorization: `Bearer ${bearerToken}` },
      signal: stop,
      ...(body === undefined ? {} : { body: body as RequestInit["body"] & {} }),
    });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
    const message = `${url} could not be reached: ${describe(cause)}. Check that the runtime runs and that the URL is right.`;
    return new Failure(new StatefunError("CLIENT_FAILED", message, { cause: thrown }), true);
  }
  if (response.ok) return { status: response.status, headers: response.headers, bytes };
  const { status } = response;
  const error = errorOf(url, status, bytes);
  const canRetry = error instanceof StatefunError && (status === 429 || status === 502 || status === 503);
  const seconds = Number(response.headers.get("retry-after"));
  return new Failure(error, canRetry, seconds > 0 ? seconds * 1000 : 0);
}

function errorOf(url: string, status: number, bytes: Uint8Array): StatefunError | TerminalError {
  try {
    const body = JSON.parse(new TextDecoder().decode(bytes)) as ErrorBody;
    const { code, message } = body;
    if (body.terminal === true) {
      return terminalErrorOf({ code, message: message ?? "", details: body.details, status, terminal: true });
    }
    if (Object.hasOwn(errors, code)) {
      return new StatefunError(
        code as ErrorCode,
        message ?? `${url} answered ${status} ${code}. The log of the runtime says why.`,
      );
    }
  } catch {
    // Not an answer of the runtime: perhaps a proxy's.
  }
  if (status === 414 || status === 431) {
    return new StatefunError(
      "REQUEST_TOO_LARGE",
      `${url} answered ${status}: the URL and headers of the request are longer than 16 KiB. Shorten the id or the metadata.`,
    );
  }
  return new StatefunError(
    "CLIENT_FAILED",
    `${url} answered ${status}, but not as a statefun-ts runtime. Check that the URL is that of the ingress.`,
  );
}

/** Waits until the time is over or the signal aborts. In Node, the timer of AbortSignal.timeout would let the process end. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      endAbort();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const endAbort = onAbort(signal, done);
  });
}
