// The error with which a function refuses a message for good.

import { StatefunError } from "../errors.js";
import { checked, defineOptions, textOption, unchecked, withDefault } from "./options.js";
import { assertPlainJson } from "./plain-json.js";

/** Options of a {@link TerminalError}. */
export interface TerminalErrorOptions {
  /** A code of the application, for its callers. Defaults to "TERMINAL". */
  readonly code?: string;
  /** What the caller may know besides, as JSON. Defaults to nothing. */
  readonly details?: unknown;
  /** The HTTP status of a call's answer, from 400 to 499. Defaults to 422. */
  readonly status?: number;
  /** What was thrown first. It is logged and does not reach the caller. Defaults to nothing. */
  readonly cause?: unknown;
}

/** Marks the error for every copy of this package. Two copies have two classes, so that `instanceof` would not do. */
const brand = Symbol.for("statefun-ts.TerminalError");

export const defaultTerminalCode = "TERMINAL";
export const defaultTerminalStatus = 422;

/** Whether a number is an HTTP status that a {@link TerminalError} may have. */
export function isTerminalStatus(status: unknown): status is number {
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 499;
}

const options = defineOptions<TerminalErrorOptions>()({
  code: withDefault(textOption, defaultTerminalCode),
  details: unchecked<unknown>(),
  status: withDefault(checked("a whole number from 400 to 499", isTerminalStatus), defaultTerminalStatus),
  cause: unchecked<unknown>(),
});

/**
 * Thrown by a handler, it refuses the message for good: the message is not tried again, what its handler has changed and
 * sent is undone, the caller is told, and the next message goes on. A client's `call` rejects with the same error.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/account")
 * class Account {
 *   @State("balance", Types.int) balance = 0;
 *
 *   @Handles(Types.int)
 *   take(amount: number) {
 *     this.balance -= amount;
 *     if (this.balance >= 0) return this.balance;
 *     const details = { missing: -this.balance };
 *     throw new TerminalError("There is not enough money.", { code: "BALANCE_TOO_LOW", details });
 *   }
 * }
 * ```
 */
export class TerminalError extends Error {
  /** The application's own code. */
  readonly code: string;
  /** What the caller may know besides, as JSON; undefined when there is nothing. */
  readonly details: unknown;
  /** The HTTP status of a call's answer. */
  readonly status: number;

  /** Throws OPTION_INVALID, and VALUE_INVALID when the details are not JSON. */
  constructor(message: string, input?: TerminalErrorOptions) {
    const { code, details, status, cause } = options.read("The TerminalError", input);
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TerminalError";
    this.code = code;
    this.details = details === undefined ? undefined : copyOfJson(details);
    this.status = status;
  }

  /** @internal */
  get [brand](): true {
    return true;
  }
}

/** Whether a thrown thing is a {@link TerminalError} of this copy of the package or of another one. Never throws. */
export function isTerminalError(thrown: unknown): thrown is TerminalError {
  try {
    return thrown instanceof Error && (thrown as { [brand]?: unknown })[brand] === true;
  } catch {
    return false; // the thing's own code threw
  }
}

/**
 * Copies the details of an error through JSON, so that a later change of the value can't make the details something else.
 * Throws VALUE_INVALID.
 */
export function copyOfJson(value: unknown): unknown {
  assertPlainJson(value, "TerminalError's details");
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (error) {
    throw new StatefunError("VALUE_INVALID", "The details of a TerminalError can't be written as JSON.", {
      cause: error,
    });
  }
}
