// The end of a request: its time is over, or its caller's signal has aborted.

import { onAbort } from "../model/abort.js";
import { longestTimerMs } from "../model/duration.js";

/** Tells whatever a request does at the moment that the request must end. */
export class Ending {
  /** Whether the request must end. */
  ended = false;
  /** Called once when the request must end: the try, or the wait between two tries, that goes on at the moment. */
  onEnd: () => void = () => {};
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #forgetSignal: (() => void) | undefined;

  /** A timer and a listener cost a tenth of an AbortSignal that joins a time and the caller's signal. */
  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    const end = () => {
      this.ended = true;
      this.onEnd();
    };
    this.#timer = setTimeout(end, Math.min(timeoutMs, longestTimerMs));
    this.#forgetSignal = signal === undefined ? undefined : onAbort(signal, end);
  }

  /** Waits for this long, or until the request must end. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.onEnd = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Forgets the time and the signal: the request has its answer, or has failed. */
  close(): void {
    clearTimeout(this.#timer);
    this.#forgetSignal?.();
  }
}
