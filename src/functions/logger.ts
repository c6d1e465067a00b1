// Where failures are told.

import { describe, type StatefunError } from "../errors.js";

/** Takes one line and the error behind it. `console` is one. */
export interface Logger {
  /** A call failed. */
  error(line: string, error: Error): void;
  /** A request was refused before it reached a function. */
  warn(line: string, error: Error): void;
}

/** Writes to stderr; a function's own failure with its stack, so that it can be found. */
export const defaultLogger: Logger = {
  error: (line, error) => console.error(`statefun: ${line}${stackOf(error)}`),
  warn: (line) => console.warn(`statefun: ${line}`),
};

/** Tells a logger; one that fails itself must not change how a call is answered. */
export function tell(logger: Logger, level: keyof Logger, error: StatefunError): void {
  try {
    logger[level](`${error.code}: ${error.message}`, error);
  } catch (thrown) {
    console.error(`statefun: the logger failed (${describe(thrown)}) to take: ${error.code}: ${error.message}`);
  }
}

function stackOf(error: Error): string {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error && cause !== error ? `\n${cause.stack}` : "";
}
