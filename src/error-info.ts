// What there is to know about an error code.

/**
 * Whose fault a failure is, which is: who has to change something.
 *
 * - "request": the HTTP request that came in, or the moment at which it came.
 * - "argument": a value, a name or an option that somebody gave. Inside a function's handler it is the handler's failure.
 * - "code": the functions, or how they are served.
 * - "operation": the machine, the network, the load, or the runtime's surroundings.
 */
export type Fault = "request" | "argument" | "code" | "operation";

/** The exit status of a command that fails. docs/cli.md says what each one means. */
export type ExitStatus = 1 | 2 | 3 | 4 | 5 | 6;

/** The meaning of one code, what to do about it, and how a caller and a command end with it. */
export interface ErrorInfo {
  /** What has happened. */
  readonly meaning: string;
  /** What to do about it; names of code are in backticks. */
  readonly advice: string;
  /** Who has to change something. */
  readonly fault: Fault;
  /** The HTTP status of an answer that is this error. A failure inside a function's handler is always answered with 500. */
  readonly status: number;
  /** Whether the message may be sent to any caller; otherwise it may hold what a stranger must not see. */
  readonly expose: boolean;
  /** The exit status of the command `statefun`. */
  readonly exit: ExitStatus;
}

/** A fault of the HTTP request, or of the moment at which it came. */
export function request(status: number, meaning: string, advice: string, exit: ExitStatus = 1): ErrorInfo {
  return { meaning, advice, fault: "request", status, expose: true, exit };
}

/** A fault of a value, a name or an option. */
export function argument(meaning: string, advice: string, exit: ExitStatus = 1): ErrorInfo {
  return { meaning, advice, fault: "argument", status: 400, expose: true, exit };
}

/** A fault of the functions, or of how they are served. */
export function code(meaning: string, advice: string): ErrorInfo {
  return { meaning, advice, fault: "code", status: 500, expose: false, exit: 1 };
}

/** A fault of the machine, the network, the load, or the runtime's surroundings. */
export function operation(status: number, meaning: string, advice: string, exit: ExitStatus = 1): ErrorInfo {
  return { meaning, advice, fault: "operation", status, expose: status !== 500, exit };
}
