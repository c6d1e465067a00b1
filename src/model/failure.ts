// A failure as plain values: the form in which it crosses from functions to the engine, and from the engine to callers.

import { describe, type ErrorCode, errors, StatefunError } from "../errors.js";
import type { Address } from "./address.js";
import {
  copyOfJson,
  defaultTerminalCode,
  defaultTerminalStatus,
  isTerminalError,
  isTerminalStatus,
  TerminalError,
} from "./terminal-error.js";
import { wellFormed } from "./text.js";

/** Why a message failed. */
export interface Failure {
  /** A code of this package; of a terminal failure, the application's code. */
  readonly code: string;
  readonly message: string;
  /** Whether the function has refused the message for good. */
  readonly terminal: boolean;
  /** What a terminal failure tells the caller besides, as JSON; undefined when it tells nothing. */
  readonly details?: unknown;
  /** The HTTP status of a terminal failure. */
  readonly status?: number;
  /** For people who look after the function, and not for callers. */
  readonly stack?: string;
}

/** The longest text that is kept of a failure. A message may hold the whole answer of another server. */
const longestText = 16 * 1024;

/** The beginning of a failure's text that is too long to be kept beside each message, and to be read by people. */
export function keptText(text: string): string {
  if (text.length <= longestText) return wellFormed(text);
  return `${wellFormed(text.slice(0, longestText))}… (${text.length} characters)`;
}

/**
 * Makes a failure of a thrown thing. Of a TerminalError the caller gets the whole message; of others a long message is cut off.
 * What is no StatefunError and no TerminalError is HANDLER_FAILED. Never throws.
 */
export function failureOf(thrown: unknown): Failure {
  const message = describe(thrown);
  const plain: Failure = {
    code: thrown instanceof StatefunError ? thrown.code : "HANDLER_FAILED",
    message: keptText(message),
    terminal: false,
    ...stackOf(thrown),
  };
  return isTerminalError(thrown) ? { ...plain, ...terminalFields(thrown, wellFormed(message)) } : plain;
}

/** The error may be of another copy of this package, and may have been changed since. */
function terminalFields(thrown: TerminalError, message: string): Failure {
  try {
    const { code, details, status } = thrown;
    return terminalFailure({ code, message, status, details: details === undefined ? undefined : copyOfJson(details) });
  } catch {
    // A getter of the error threw, or the details were changed into something that is not JSON.
    return terminalFailure({ message });
  }
}

/** Makes a terminal failure of what another program has written as one. Whatever is missing or wrong gets its default. */
export function terminalFailure({ code, message, details, status }: Partial<Record<keyof Failure, unknown>>): Failure {
  return {
    code: typeof code === "string" && code !== "" ? wellFormed(code) : defaultTerminalCode,
    message: typeof message === "string" ? wellFormed(message) : "The call has failed.",
    terminal: true,
    status: isTerminalStatus(status) ? status : defaultTerminalStatus,
    ...(details === undefined ? {} : { details }),
  };
}

/** The stack of the first cause, which shows where the user's code has failed. */
function stackOf(thrown: unknown): { stack?: string } {
  try {
    const first = thrown instanceof StatefunError && thrown.cause instanceof Error ? thrown.cause : thrown;
    if (first instanceof Error && typeof first.stack === "string") return { stack: keptText(first.stack) };
  } catch {} // a getter of the error threw
  return {};
}

/**
 * What a caller learns of a message that was set aside after its last try. The failure's own message may hold secrets, and is for
 * people who look after the function.
 */
export function toldFailure(address: Address, attempts: number, { code }: Failure): Failure {
  const message = `${address} has failed ${attempts} times (${code}), so the message was set aside as a dead letter.`;
  return { code, message, terminal: false };
}

/** The error that a caller gets for a terminal failure. */
export function terminalErrorOf({ code, message, details, status }: Failure): TerminalError {
  return new TerminalError(message, {
    code,
    ...(details === undefined ? {} : { details }),
    ...(status === undefined ? {} : { status }),
  });
}

/**
 * What a caller gets when the function has failed on its message. It is the function's fault, whatever the code says, so over
 * HTTP it has the status 500. Its message is made for callers and holds no secret, so every caller may see the message.
 */
export class FunctionFailure extends StatefunError {
  constructor({ code, message }: Failure) {
    super(Object.hasOwn(errors, code) ? (code as ErrorCode) : "HANDLER_FAILED", message);
    Object.assign(this, { status: 500, statusCode: 500, expose: true });
  }
}

/**
 * A failure that another try can't end: there is no handler for the message, a value can't be encoded, the engine refuses
 * what the handler sent, or handlers wait for each other. Who waits is told at once. The message is tried again all the same,
 * since the code may be corrected meanwhile.
 */
export class LastingFailure extends StatefunError {}

/** Marks a failure of this package's own code as one that another try can't end. Other thrown things stay as they are. */
export function lastingFailure(thrown: unknown): unknown {
  return thrown instanceof StatefunError ? new LastingFailure(thrown.code, thrown.message, { cause: thrown }) : thrown;
}

/** The error that a caller gets for any failure. */
export function errorOfFailure(failure: Failure): TerminalError | FunctionFailure {
  return failure.terminal ? terminalErrorOf(failure) : new FunctionFailure(failure);
}
