// Where failures are logged: any logger is taken as it is, and gets one line and its fields for each failure.

import { describe, type ErrorCode, errorOf, errors, oneLine, StatefunError, visible, visibleLine } from "../errors.js";
import { optionInvalid } from "./options.js";
import { SeenStacks } from "./seen-stacks.js";

/** What a line of the log is about, for programs that read the log. A field that does not apply is left out. */
export interface LogFields {
  /** The code of the error. */
  readonly code?: string;
  /** The function's type name, "namespace/name". */
  readonly function?: string;
  /** The id of the address. */
  readonly id?: string;
  /** How often the message, or the step of a workflow, has failed by now. */
  readonly attempt?: number;
  /** The egress's type name, "namespace/name". */
  readonly egress?: string;
  /**
   * The stack of what was thrown first, with the stacks of the errors behind it. Only the first of the lines about the same
   * place in the code has it.
   */
  readonly stack?: string;
}

/**
 * Takes one line, the error behind the line, and fields. The line is bounded and its control characters are escaped; the
 * error is as it was thrown. `console` and the loggers of pino, bunyan and winston are taken as they are.
 */
export interface Logger {
  /** Something failed and needs a person; `error.cause` is what was thrown first. */
  error(line: string, error: Error, fields?: LogFields): void;
  /** A request was refused, or something failed and will be tried again. */
  warn(line: string, error: Error, fields?: LogFields): void;
}

/** An option that holds a logger. It is read as a {@link guarded} logger. Throws OPTION_INVALID. */
export function loggerOption(input: Logger | undefined, name: string, where: string): Logger | undefined {
  if (input === undefined) return undefined;
  const { error, warn } = Object(input) as Partial<Logger>;
  if (typeof error === "function" && typeof warn === "function") return guarded(input);
  const what = "an object with the methods error and warn, such as console or a logger of pino or winston";
  throw optionInvalid(where, name, input, what);
}

type Level = keyof Logger;
type Write = (level: Level, line: string, error: Error, fields: LogFields) => unknown;

/** The text of a console's entry. It is the only argument, so that a % in it means nothing. */
const consoleText = (line: string, { stack }: LogFields) => (stack === undefined ? line : `${line}\n${stack}`);

/** What the loggers have that are known by their methods. */
interface KnownLogger {
  readonly groupEnd?: unknown;
  readonly child?: unknown;
  readonly bindings?: unknown;
  readonly addStream?: unknown;
  readonly transports?: unknown;
  readonly log?: unknown;
}

/** How a logger takes a line and its fields. The known loggers differ in that, and are told apart by their methods. */
function writeTo(logger: Logger): Write {
  const { groupEnd, child, bindings, addStream, transports, log } = logger as KnownLogger;
  if (typeof groupEnd === "function") {
    const { error, warn } = logger as unknown as Record<Level, (text: string) => void>;
    return (level, line, _, fields) => (level === "error" ? error : warn).call(logger, consoleText(line, fields));
  }
  if (typeof child === "function" && (typeof bindings === "function" || typeof addStream === "function")) {
    // pino and bunyan take the fields first, and write the field "err" as an error.
    const first = logger as unknown as Record<Level, (fields: object, line: string) => void>;
    return (level, line, error, { stack, ...fields }) =>
      first[level](stack === undefined ? fields : { ...fields, err: error.cause }, line);
  }
  if (typeof log === "function" && Array.isArray(transports)) {
    // winston puts further arguments in the place of a % in the line, but not with one object.
    const winston = logger as unknown as { log(entry: object): void };
    return (level, line, _, fields) => void winston.log({ ...fields, level, message: line });
  }
  return (level, line, error, fields) => logger[level](line, error, fields);
}

class GuardedLogger implements Logger {
  readonly #write: Write;
  readonly #stacks = new SeenStacks();

  constructor(logger: Logger) {
    this.#write = writeTo(logger);
  }

  error(line: string, error: Error, fields?: LogFields): void {
    this.#log("error", line, error, fields);
  }

  warn(line: string, error: Error, fields?: LogFields): void {
    this.#log("warn", line, error, fields);
  }

  /** A logger may fail at once, or later through a promise that it returns. */
  #log(level: Level, text: string, error: Error, given: LogFields = {}): void {
    const line = visibleLine(text);
    const failed = (thrown: unknown) =>
      console.error(`statefun: the logger failed (${oneLine(describe(thrown))}) to take: ${line}`);
    try {
      const written = this.#write(level, line, error, this.#fieldsOf(error, given));
      if (written instanceof Promise) written.catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  #fieldsOf(error: Error, given: LogFields): LogFields {
    const code = error instanceof StatefunError ? { code: error.code } : {};
    // The stack of an error of this package shows this package alone.
    const stack = isRequestFault(error) ? undefined : stackOfCause(error);
    return stack !== undefined && this.#stacks.isNew(stack) ? { ...code, ...given, stack } : { ...code, ...given };
  }
}

/**
 * Wraps a logger that may throw or reject in a logger that does neither, and that knows how the loggers of pino, bunyan and
 * winston want their fields. A line may hold text from outside, which is written out.
 */
export function guarded(logger: Logger): Logger {
  return logger instanceof GuardedLogger ? logger : new GuardedLogger(logger);
}

/** Writes to stderr. */
export const defaultLogger: Logger = guarded({
  error: (line, _, fields = {}) => console.error(`statefun: ${consoleText(line, fields)}`),
  warn: (line, _, fields = {}) => console.warn(`statefun: ${consoleText(line, fields)}`),
});

const mostCauses = 5;

/** Undefined when there is no cause, and when the cause can't be read: a handler may throw anything. */
function stackOfCause({ cause }: Error): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  try {
    return visible(stackOf(cause, 0));
  } catch {
    return undefined;
  }
}

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
export function logFailure(logger: Logger, thrown: unknown, fields?: LogFields): void {
  const error = errorOf(thrown);
  const log = guarded(logger);
  if (error instanceof StatefunError)
    log[levelOf(error.code)](oneLine(`${error.code}: ${error.message}`), error, fields);
  else log.error(oneLine(error.message), error, fields);
}

function levelOf(code: ErrorCode): Level {
  return errors[code].fault === "request" ? "warn" : "error";
}

const isRequestFault = (error: Error) => error instanceof StatefunError && errors[error.code]?.fault === "request";
