// A try of a call or a send that failed, and whether another try may help.

import type { StatefunError } from "../errors.js";
import type { TerminalError } from "../model/terminal-error.js";

/** A try that failed. */
export class Failure {
  readonly error: StatefunError | TerminalError;
  /** Whether the request may be sent again. */
  readonly canRetry: boolean;
  /** The wait that the server asked for. */
  readonly retryAfterMs: number;
  /** Chance, from 0 to 1, by which the wait before the next try differs. Calls of one request have the same, to stay together. */
  readonly chance: number;
  /** When the try failed, by the clock of `performance`. Calls that fail together have the same moment. */
  at = performance.now();

  constructor(error: StatefunError | TerminalError, canRetry: boolean, retryAfterMs = 0, chance = Math.random()) {
    this.error = error;
    this.canRetry = canRetry;
    this.retryAfterMs = retryAfterMs;
    this.chance = chance;
  }
}

/** Whether an error with this HTTP status is one that may pass by itself: too much waits, or the runtime is not there at the moment. */
export const isPassing = (status: number) => status === 429 || status === 502 || status === 503;
