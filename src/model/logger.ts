// Where failures are logged.

import { describe, type ErrorCode, errorOf, errors, oneLine, StatefunError, visible, visibleLine } from "../errors.js";
import { checked } from "./options.js";

/**
 * Takes one line and the error behind the line. The line is bounded and its control characters are escaped; the error is
 * as it was thrown. `console` is a logger.
 */
export interface Logger {
  /** Something failed and needs a person; `error.cause` is what was thrown first. */
  error(line: string, error: Error): void;
  /** A request was refused, or something failed and will be tried again. */
  warn(line: string, error: Error): void;
}

/** An option that holds a logger. Throws OPTION_INVALID. */
export const loggerOption = checked(
  "an object with the methods error and warn, such as console",
  (input): input is Logger => {
    const { error, warn } = Object(input) as Partial<Logger>;
    return typeof error === "function" && typeof warn === "function";
  },
);

/** Writes to stderr. An error is written with its cause, so that a person can find what was thrown. */
export const defaultLogger: Logger = {
  error: (line, error) => {
    if (error.cause === undefined) console.error(`statefun: ${line}`);
    // Each % is doubled, since the line may quote a caller's text: console.error would put the cause in the place of a "%s".
    else console.error(`statefun: ${line.replaceAll("%", "%%")}`, shown(error.cause));
  },
  warn: (line) => console.warn(`statefun: ${line}`),
};

/** What the console shows of a cause. The message of an error may hold text from outside, which the console prints raw. */
function shown(cause: unknown): unknown {
  if (cause instanceof Error) return visible(stackOf(cause, 0));
  return typeof cause === "string" ? visible(cause) : cause;
}

const mostCauses = 5;

/** The stack of an error, and the stacks of the errors behind it. */
function stackOf(error: Error, depth: number): string {
  const behind: unknown[] = error instanceof AggregateError ? [...error.errors] : [];
  if (error.cause !== undefined) behind.push(error.cause);
  const stacks = behind.map((each) =>
    each instanceof Error && depth < mostCauses ? stackOf(each, depth + 1) : describe(each),
  );
  return [typeof error.stack === "string" ? error.stack : describe(error), ...stacks].join("\nCaused by: ");
}

/**
 * Logs a failure as "CODE: message". A fault of the request is a warning; every other failure is an error. Never throws:
 * a logger that fails must not change how a call is answered.
 */
export function logFailure(logger: Logger, thrown: unknown): void {
  const error = errorOf(thrown);
  if (error instanceof StatefunError)
    write(logger, levelOf(error.code), oneLine(`${error.code}: ${error.message}`), error);
  else write(logger, "error", oneLine(error.message), error);
}

/** Logs a warning. Never throws. */
export function logWarning(logger: Logger, line: string, error: Error): void {
  write(logger, "warn", oneLine(line), error);
}

/** Wraps a logger that may throw or reject in a logger that does neither. A line may hold text from outside, which is written out. */
export function guarded(logger: Logger): Logger {
  return {
    error: (line, error) => write(logger, "error", visibleLine(line), error),
    warn: (line, error) => write(logger, "warn", visibleLine(line), error),
  };
}

function levelOf(code: ErrorCode): keyof Logger {
  return errors[code].fault === "request" ? "warn" : "error";
}

/** A logger may fail at once, or later through a promise that it returns. */
function write(logger: Logger, level: keyof Logger, line: string, error: Error): void {
  const failed = (thrown: unknown) =>
    console.error(`statefun: the logger failed (${oneLine(describe(thrown))}) to take: ${line}`);
  try {
    const written: unknown = logger[level](line, error);
    if (written instanceof Promise) written.catch(failed);
  } catch (thrown) {
    failed(thrown);
  }
}
