// Every error this package raises on purpose: one class, one table of codes.

/**
 * The stable codes, with what each one means. The table in docs/errors.md says the same; a test keeps them equal.
 */
export const errorCodes = {
  // Declaring functions: raised when a class is evaluated or bound, never at the first message.
  DECORATOR_MISPLACED: "A decorator stands on a member, class or parameter it is not for.",
  DECORATOR_UNSUPPORTED: "The compiler's standard decorators carry no metadata.",
  TYPE_NAME_INVALID: "A type name is not of the form namespace/name.",
  TYPE_UNKNOWN: "The type of a state or message can't be known from the declaration; it must be written.",
  STATE_NAME_INVALID: "A state has no name.",
  STATE_DUPLICATE: "Two properties of one class declare the same state name.",
  HANDLER_DUPLICATE: "Two handlers of one function take the same message type.",
  HANDLER_MISSING: "A function has no handler at all.",
  FUNCTION_UNDECORATED: "A class without @StatefulFunction was bound or sent to.",
  FUNCTION_DUPLICATE: "A class or type name was bound twice.",
  OPTION_INVALID: "There is no such option, or its value is not allowed.",
  EXPIRATION_INVALID: "A state's expiration is not a positive duration, or both modes were given.",
  DURATION_INVALID: "A duration is not a number of milliseconds or an object of units.",
  INSTANCE_INVALID: "A create function did not return a new instance of its class.",

  // Using the context inside a handler.
  TARGET_INVALID: "A message's target is missing or is not a class, a type name or an Address.",
  ID_MISSING: "A message's target has no id.",
  MESSAGE_MISSING: "There is no message to send.",
  DELAY_INVALID: "A message's delay is missing or negative.",
  TOKEN_INVALID: "A cancellation token is not a non-empty string, or is still in use.",
  CANCELLATION_UNSUPPORTED: "The engine that called speaks v2, which can't cancel delayed messages.",
  CALLER_MISSING: "There is no caller to reply to: the message came from an ingress.",
  CONTEXT_CLOSED: "A context was used after its invocation had ended.",
  EGRESS_RECORD_INVALID: "A Kafka or Kinesis record lacks its topic, stream, key or value.",

  // Values.
  VALUE_UNTYPED: "A value does not say which type it has; it must be packed by one.",
  VALUE_INVALID: "A value does not fit its type.",
  VALUE_UNREADABLE: "Bytes can't be decoded as the type they are read as.",

  // A batch that can't be carried out: answered with 500, logged, and sent again by the engine.
  GENERATION_MISMATCH: "The request is in the other generation of the protocol than the one the handler is pinned to.",
  STATE_UNDECLARED: "A state is not declared: in the module file (v2) or by the function.",
  STATE_TYPE_MISMATCH: "A state holds a value of another type than the declared one.",
  MESSAGE_UNHANDLED: "No handler takes this message type, and there is no catch-all.",
  HANDLER_FAILED: "A handler threw, or its promise was rejected.",
  CALL_TIMEOUT: "A call took longer than the handler's callTimeout.",

  // A request that no engine would send, or that comes at the wrong time.
  FUNCTION_UNKNOWN: "The request is for a function that is not bound here.",
  REQUEST_MALFORMED: "The request's bytes are not a ToFunction message.",
  REQUEST_EMPTY: "The request has no body.",
  REQUEST_TOO_LARGE: "The request's body, or its URL and headers, are larger than the limit.",
  REQUEST_ABORTED: "The request's body ended early.",
  BODY_CONSUMED: "Another middleware has read the request's body first, or set an encoding for it.",
  METHOD_NOT_ALLOWED: "The request's method is not POST.",
  MEDIA_TYPE_UNSUPPORTED: "The request's content type or encoding is not a plain application/octet-stream.",
  SHUTTING_DOWN: "The server is finishing its last calls and takes no new ones.",

  // The embedded runtime: its module file, its endpoints and what they answer.
  MODULE_INVALID: "A module file can't be read, or holds what the runtime does not know.",
  ENDPOINT_UNREACHABLE: "An endpoint could not be reached, or did not answer in time.",
  ENDPOINT_FAILED: "An endpoint answered a call with an error.",
  RESPONSE_MALFORMED: "An endpoint's answer is not a FromFunction message.",
  EGRESS_UNKNOWN: "A function sent a record to an egress that is not there.",
  STATE_TYPENAME_CHANGED: "A state's typename is not the one it was first registered with.",
  ADDRESS_PARKED: "An address gets no more messages until it is retried or its message is dropped.",

  // The embedded runtime: what comes in from outside.
  MAILBOX_FULL: "Too many messages wait for this address.",
  OVERLOADED: "Too many messages wait in the runtime.",
  ANSWER_TIMEOUT: "A function did not answer a call in time.",
  IDEMPOTENCY_CONFLICT: "An idempotency key was used for another request before.",
  UNAUTHORIZED: "The bearer token is missing or wrong.",
  NOT_FOUND: "There is nothing at this path.",
  CLIENT_FAILED: "The runtime could not be reached, or its answer could not be read.",

  // The embedded runtime: its store.
  STORE_LOCKED: "Another process holds the data folder.",
  STORE_VERSION: "The data folder is of another format.",
  STORE_FULL: "The disk is full.",
  STORE_FAILED: "The data folder can't be read or written.",
} as const;

/** A stable code of a {@link StatefunError}. */
export type ErrorCode = keyof typeof errorCodes;

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
  /** One of {@link errorCodes}; safe to compare and to show to a caller. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "StatefunError";
    this.code = code;
  }
}

/**
 * The codes that say what is wrong with a request, and the HTTP status each is answered with. A failure with any other
 * code is the function's own: 500, which the engine tries again.
 */
export const requestStatus: Readonly<Partial<Record<ErrorCode, number>>> = {
  REQUEST_MALFORMED: 400,
  REQUEST_EMPTY: 400,
  REQUEST_ABORTED: 400,
  FUNCTION_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  SHUTTING_DOWN: 503,
};

/** For the message of an error over a thing that looks right. */
export const otherCopy = "(It is one? Then it comes from another copy of statefun-ts: import and require load two.)";

/** Says in a few words what any value or thrown thing is. Never throws, whatever the thing does. */
export function describe(thing: unknown): string {
  try {
    if (thing instanceof Error) return String(thing.message);
    const text = String(thing);
    // What an object says of itself unless it was told better.
    return typeof thing === "object" && /^\[object \w+\]$/.test(text) ? objectText(thing) : text;
  } catch {
    return `something that can't be shown (${typeof thing})`;
  }
}

function objectText(thing: object | null): string {
  const name: unknown = thing?.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? `an object of ${name}` : "an object";
}

/** The same for a value that is not what it should be: text is quoted, so that an empty one is seen. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  return Array.isArray(value) ? "a list" : describe(value);
}

/** What was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(describe(thrown));
}

const longestLine = 2_000;

/**
 * One line, of a length that is bounded: what a request holds (an address, a type's name) must neither begin a line of a
 * log nor fill it.
 */
export function oneLine(text: string): string {
  const cut = text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length} characters)` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]/gu, (character) =>
    character === "\n" ? "\\n" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
