// The end of a request: its time is over, or its caller's signal has aborted.

import { onAbort } from "../model/abort.js";
import { longestTimerMs } from "../model/duration.js";

interface Pause {
  readonly endsAt: number;
  end(): void;
}

const pauses = new Set<Pause>();

/**
 * Ends a pause, and those that end within the next milliseconds: timers that are set one after the other may go off in two
 * turns of the event loop, and calls that have failed together are sent again together.
 */
function endPauses(due: Pause): void {
  due.end();
  const now = Math.max(performance.now(), due.endsAt); // a timer may go off a little early
  for (const pause of [...pauses]) if (pause.endsAt <= now + 2) pause.end();
}

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

  /** Waits until this moment, by the clock of `performance`, or until the request must end. */
  pause(endsAt: number): Promise<void> {
    return new Promise((resolve) => {
      const pause = { endsAt, end };
      const timer = setTimeout(() => endPauses(pause), endsAt - performance.now());
      function end() {
        clearTimeout(timer);
        pauses.delete(pause);
        resolve();
      }
      pauses.add(pause);
      this.onEnd = end;
    });
  }

  /** Forgets the time and the signal: the request has its answer, or has failed. */
  close(): void {
    clearTimeout(this.#timer);
    this.#forgetSignal?.();
  }
}
