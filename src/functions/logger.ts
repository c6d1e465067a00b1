// Where failures are told.

import { describe, oneLine, requestStatus, type StatefunError } from "../errors.js";

/**
 * Takes one line, its control characters escaped and its length bounded, and the error behind it, which is as it was
 * thrown. `console` is one.
 */
export interface Logger {
  /** A call failed; `error.cause` is what was thrown. */
  error(line: string, error: Error): void;
  /** A request was refused before it reached a function. */
  warn(line: string, error: Error): void;
}

/** Writes to stderr; a function's own failure with all that was thrown, so that it can be found. */
export const defaultLogger: Logger = {
  error: (line, error) => {
    if (error.cause === undefined) console.error(`statefun: ${line}`);
    // A line holds what a caller sent: no % of his must take the cause away.
    else console.error(`statefun: ${line.replaceAll("%", "%%")}`, error.cause);
  },
  warn: (line) => console.warn(`statefun: ${line}`),
};

/** A request that is refused is a warning; what keeps a good one from being answered is an error. */
export function levelOf(error: StatefunError): keyof Logger {
  return requestStatus[error.code] === undefined ? "error" : "warn";
}

/** Tells a logger; one that fails itself must not change how a call is answered. */
export function tell(logger: Logger, level: keyof Logger, error: StatefunError): void {
  hand(logger, level, oneLine(`${error.code}: ${error.message}`), error);
}

/** A logger that never fails: those who tell it go on, whatever the other does. */
export function guarded(logger: Logger): Logger {
  return {
    error: (line, error) => hand(logger, "error", line, error),
    warn: (line, error) => hand(logger, "warn", line, error),
  };
}

/** A logger may fail at once or later. */
function hand(logger: Logger, level: keyof Logger, line: string, error: Error): void {
  const failed = (thrown: unknown) =>
    console.error(`statefun: the logger failed (${oneLine(describe(thrown))}) to take: ${line}`);
  try {
    const told: unknown = logger[level](line, error);
    if (told instanceof Promise) told.catch(failed);
  } catch (thrown) {
    failed(thrown);
  }
}
