// One request, repeated until it is answered, fails for good, or its time is over.

import { describe, type ErrorCode, errors, StatefunError } from "../errors.js";
import { type Backoff, backoffMs, jittered } from "../model/backoff.js";

/** What a client was told once. */
export interface ClientSettings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly retries: number;
}

/** A request as it is sent each time. */
export interface HttpCall {
  readonly method: "POST" | "DELETE";
  /** The path and query, for what is left of the time. */
  path(remainingMs: number): string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What is thrown when the time is over. */
  readonly late: ErrorCode;
}

/** An answer with a status of 2xx. */
export interface HttpAnswer {
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** A failure, and whether and when the request may be sent again. */
class Failure {
  readonly error: StatefunError;
  readonly again: boolean;
  readonly afterMs: number;

  constructor(error: StatefunError, again: boolean, afterMs = 0) {
    this.error = error;
    this.again = again;
    this.afterMs = afterMs;
  }
}

const backoff: Backoff = { firstMs: 100, longestMs: 5_000 };

/**
 * Sends a request. What failed on its way, or was answered with 429, 502 or 503, is sent again. Throws what the server
 * answered, CLIENT_FAILED when it could not be reached, the call's `late` code, and the signal's reason.
 */
export async function send(settings: ClientSettings, call: HttpCall): Promise<HttpAnswer> {
  const { signal, timeoutMs } = call;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const late = new StatefunError(call.late, `${settings.url} gave no answer within ${timeoutMs} ms.`);
  const timer = setTimeout(() => stop.abort(late), timeoutMs);
  try {
    return await untilAnswered(settings, call, stop.signal, late);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

async function untilAnswered(
  settings: ClientSettings,
  call: HttpCall,
  stop: AbortSignal,
  late: StatefunError,
): Promise<HttpAnswer> {
  const end = Date.now() + call.timeoutMs;
  for (let tried = 0; ; tried++) {
    const outcome = await once(settings, call, stop, end - Date.now());
    if (!(outcome instanceof Failure)) return outcome;
    if (stop.aborted) throw stop.reason;
    if (!outcome.again || tried >= settings.retries) throw outcome.error;
    const waitMs = Math.max(outcome.afterMs, jittered(backoffMs(backoff, tried + 1)));
    // The last failure says more than that the time is over.
    if (waitMs >= end - Date.now()) throw outcome.error;
    await sleep(waitMs, stop);
    if (stop.aborted) throw stop.reason === late ? outcome.error : stop.reason;
  }
}

async function once(
  { url, token, fetch }: ClientSettings,
  call: HttpCall,
  stop: AbortSignal,
  remainingMs: number,
): Promise<HttpAnswer | Failure> {
  const path = call.path(Math.max(1, Math.ceil(remainingMs)));
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await fetch(url + path, {
      method: call.method,
      headers: token === undefined ? call.headers : { ...call.headers, Authorization: `Bearer ${token}` },
      signal: stop,
      ...(call.body === undefined ? {} : { body: call.body as RequestInit["body"] & {} }),
    });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
    return new Failure(
      new StatefunError("CLIENT_FAILED", `${url} failed: ${describe(cause)}.`, { cause: thrown }),
      true,
    );
  }
  if (response.ok) return { headers: response.headers, bytes };
  const { status } = response;
  const again = status === 429 || status === 502 || status === 503;
  const seconds = Number(response.headers.get("retry-after"));
  return new Failure(errorOf(url, status, bytes), again, seconds > 0 ? seconds * 1000 : 0);
}

function errorOf(url: string, status: number, bytes: Uint8Array): StatefunError {
  try {
    const { code, message } = JSON.parse(new TextDecoder().decode(bytes)) as { code: string; message?: string };
    if (Object.hasOwn(errors, code)) {
      return new StatefunError(
        code as ErrorCode,
        message ?? `${url} answered with ${status} and ${code}; its log says more.`,
      );
    }
  } catch {
    // not the runtime's own answer: a proxy's, perhaps
  }
  if (status === 414 || status === 431) {
    return new StatefunError(
      "REQUEST_TOO_LARGE",
      `${url} answered with ${status}: the request's URL and headers are too long. The runtime takes 16 KiB of them; shorten the id.`,
    );
  }
  return new StatefunError("CLIENT_FAILED", `${url} answered with ${status}, and not as a statefun-ts runtime does.`);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
