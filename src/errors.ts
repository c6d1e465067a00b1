// The one class of every error that this package raises on purpose, and how errors and values are put into words.

import { type ErrorCode, errors } from "./error-table.js";

export type { ErrorInfo, ExitStatus, Fault } from "./error-info.js";
export { type ErrorCode, errors } from "./error-table.js";

/**
 * The one error class of this package: `code` is stable, `message` says what, where and what to do.
 *
 * @example
 * ```ts
 * try {
 *   Address.of("no-slash", "bob");
 * } catch (error) {
 *   if (error instanceof StatefunError && error.code === "TYPE_NAME_INVALID") console.log(error.message);
 *   else throw error;
 * }
 * ```
 */
export class StatefunError extends Error {
  /** One of the codes of {@link errors}; safe to compare and to show to a caller. */
  readonly code: ErrorCode;
  /**
   * The HTTP status of an answer that is this error, by which Koa, Express, Fastify and NestJS answer when a handler of
   * theirs throws the error: 400 for a value that does not fit its type, 500 for a fault of the code.
   */
  readonly status: number;
  /** The same as `status`. Some hosts read `status`, others read `statusCode`. */
  readonly statusCode: number;
  /** Whether a host may send the message to its client. */
  readonly expose: boolean;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "StatefunError";
    this.code = code;
    // Plain properties, as in http-errors: Koa assigns to them.
    const { status, expose } = errors[code];
    this.status = status;
    this.statusCode = status;
    this.expose = expose;
  }
}

/** Why an object that looks right to its user may be refused. */
export const twoCopies = "two copies of statefun-ts are loaded, for example one by import and one by require";

/** Ends the message of an error about an object that looks right to its user. */
export const otherCopy = `(If it is one already, ${twoCopies}.)`;

/** Says in a few words what any value or thrown thing is. Never throws, whatever the thing's own methods do. */
export function describe(thing: unknown): string {
  try {
    if (thing instanceof Error) return String(thing.message);
    const text = String(thing);
    // An object without a toString of its own says "[object Object]", which helps nobody.
    return typeof thing === "object" && /^\[object \w+\]$/.test(text) ? objectText(thing) : text;
  } catch {
    return `something that can't be shown (${typeof thing})`;
  }
}

function objectText(thing: object | null): string {
  const name: unknown = thing?.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? `an object of ${name}` : "an object";
}

/** Describes a wrong value in an error message. Text is quoted, so that an empty text can be seen. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  return Array.isArray(value) ? "a list" : describe(value);
}

/** Converts a thrown value to an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(describe(thrown));
}

/**
 * Writes out the characters on which a terminal acts, and those that turn the order of what it shows: control characters
 * other than the line feed, and the marks of bidirectional text. JSON stays the same JSON.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Writes out the same characters as {@link visible}, and line feeds too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}

const longestLine = 2_000;

/**
 * Makes one line of bounded length. A request's address or type name may hold anything: it must neither begin a line of
 * a log nor fill the log.
 */
export function oneLine(text: string): string {
  const cut = text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length} characters)` : text;
  return visibleLine(cut);
}
