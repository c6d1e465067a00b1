// How an error is told to a client: its status, its code, and what of its message a client may see.

import { type ErrorCode, errors, StatefunError } from "../../errors.js";
import { isTerminalError } from "../../model/terminal-error.js";

/** What a client is told of an error. */
export interface ErrorBody {
  readonly code: string;
  readonly message?: string;
  readonly details?: unknown;
  readonly terminal?: true;
}

/** The status that an error is answered with; 500 for a fault of the runtime itself, or of a function. */
export function statusOf(error: unknown): number {
  return error instanceof StatefunError || isTerminalError(error) ? error.status : 500;
}

/** After how many seconds the client may send again what was not taken; undefined for every other error. */
export function retryAfterOf(thrown: unknown): number | undefined {
  const status = statusOf(thrown);
  return (status === 429 || status === 503) && thrown instanceof StatefunError ? 1 : undefined;
}

/**
 * Whether an error is a fault of the runtime itself, which its server logs. An error whose message is for callers is the
 * failure of a function, which the engine has logged.
 */
export function isOwnFault(thrown: unknown): boolean {
  return statusOf(thrown) === 500 && !(thrown instanceof StatefunError && thrown.expose);
}

/** The code of an error, as its answer names it. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof StatefunError || isTerminalError(thrown) ? thrown.code : "INTERNAL";
}

/**
 * The body of an error: `{code, message}`. A terminal error of a function has the mark `terminal`, because its code may be any
 * text, and its details. A fault of the runtime itself has its code alone.
 */
export function bodyOf(thrown: unknown): ErrorBody {
  if (isTerminalError(thrown)) {
    const { code, message, details } = thrown;
    return { code, message, ...(details === undefined ? {} : { details }), terminal: true };
  }
  if (!(thrown instanceof StatefunError)) return { code: codeOf(thrown) };
  const { code, expose } = thrown;
  return statusOf(thrown) === 500 && !expose ? { code } : { code, message: publicMessage(thrown) };
}

/**
 * What clients may see of an error. A message that may hold a path or a secret is replaced by the text of the error table;
 * the log has the message.
 */
export function publicMessage(error: {
  readonly code: string;
  readonly message: string;
  readonly expose?: boolean;
}): string {
  const { meaning, advice, expose } = errors[error.code as ErrorCode];
  return (error.expose ?? expose) ? error.message : `${meaning} ${advice}`;
}
