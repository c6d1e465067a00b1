// What one try of a request comes to: an answer, or a failure.

import { describe, type ErrorCode, errors, StatefunError } from "../errors.js";
import { terminalErrorOf } from "../model/failure.js";
import type { TerminalError } from "../model/terminal-error.js";
import type { TypedValue } from "../model/typed-value.js";
import { Failure, isPassing } from "../refs/failure.js";

/** An answer that says that all went well. */
export interface Answer {
  /** The value as plain JSON; a packed value when the runtime does not know its type. Throws CLIENT_FAILED and METADATA_INVALID. */
  plain(): unknown;
  /** The packed value, with its metadata. Throws CLIENT_FAILED and METADATA_INVALID. */
  packed(): TypedValue | undefined;
}

/** The status of an answer without a value. */
export const noContent = 204;

/** The body of an answer that is an error. */
export interface ErrorBody {
  readonly code: string;
  readonly message?: string;
  readonly details?: unknown;
  /** Whether a function has refused the message for good, with a code of its own. */
  readonly terminal?: boolean;
}

/** A failure for which no answer came. */
export function noAnswer(url: string, thrown: unknown, chance?: number): Failure {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const message = `${url} could not be reached: ${describe(cause)}. Check that the runtime runs and that the URL is right.`;
  return new Failure(new StatefunError("CLIENT_FAILED", message, { cause: thrown }), true, 0, chance);
}

/** A failure that was answered. `retryAfter` is in seconds, and `body` is undefined when the answer is no JSON. */
export function failureOf(url: string, status: number, body: unknown, retryAfter: number, chance?: number): Failure {
  const error = errorOf(url, status, body);
  const canRetry = error instanceof StatefunError && isPassing(status);
  return new Failure(error, canRetry, retryAfter > 0 ? retryAfter * 1000 : 0, chance);
}

function errorOf(url: string, status: number, body: unknown): StatefunError | TerminalError {
  const { code, message, details, terminal } = (body ?? {}) as Partial<ErrorBody>;
  if (terminal === true) {
    return terminalErrorOf({ code: code as string, message: message ?? "", details, status, terminal });
  }
  if (code !== undefined && Object.hasOwn(errors, code)) {
    return new StatefunError(
      code as ErrorCode,
      message ?? `${url} answered ${status} ${code}. The log of the runtime says why.`,
    );
  }
  // Not an answer of the runtime: perhaps a proxy's.
  if (status === 414 || status === 431) {
    return new StatefunError(
      "REQUEST_TOO_LARGE",
      `${url} answered ${status}: the URL and headers of the request are longer than 16 KiB. Shorten the id or the metadata.`,
    );
  }
  if (isLogin(status)) {
    return new StatefunError(
      "UNAUTHORIZED",
      `${url} answered ${status}: a server or a proxy before the runtime asks for a login. A bearer token belongs into the option bearerToken; other headers are set by the option fetch.`,
    );
  }
  return new StatefunError(
    "CLIENT_FAILED",
    `${url} answered ${status}, but not as a statefun-ts runtime. Check that the URL is that of the ingress.`,
  );
}

/** Whether an answer without a code of the runtime is that of a login before it. */
export function isLogin(status: number): boolean {
  return status === 401 || status === 403;
}

/** An error for an answer that no runtime gives. */
export function notFromRuntime(what: string, cause?: unknown): StatefunError {
  return new StatefunError(
    "CLIENT_FAILED",
    `The answer ${what}. Check that the URL is that of the ingress of a statefun-ts runtime.`,
    { cause },
  );
}
