// Gathers the calls that a program makes in one turn of the event loop, so that they go in one request.

import type { Ending } from "../refs/ending.js";
import type { Failure } from "../refs/failure.js";
import type { Answer } from "./answer.js";
import { BatchedCall, type Refused, type SendAlone, sendBatch } from "./batch.js";
import type { Connection } from "./http-request.js";

/** The most calls of one request; the runtime takes as many. */
const mostCalls = 1_000;
/** The most characters of one request. Proxies commonly take a megabyte. */
const mostCharacters = 256 * 1024;

/** For how long calls go alone after a server that does not know requests with many calls. */
const aloneMs = 60_000;

/**
 * Runs something at the end of this turn of the event loop, or of this task in a browser. What is ready in the turn has run by
 * then: the answers of one request begin the calls of the next one. Tests that replace timers do not replace this one.
 */
const { setImmediate: endOfTurn = queueMicrotask } = globalThis as { setImmediate?: (run: () => void) => unknown };

/** The calls of one client. */
export class CallBatches {
  readonly #connection: Connection;
  #waiting: BatchedCall[] = [];
  #mostCharacters = mostCharacters;
  #aloneUntil = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sends a call once, with the other calls of this turn. `line` lacks its end. */
  send(line: string, sendAlone: SendAlone, remainingMs: number, ending: Ending): Promise<Answer | Failure> {
    if (Date.now() < this.#aloneUntil) return sendAlone(remainingMs, ending);
    return new Promise((resolve) => {
      const call = new BatchedCall({ line, sendAlone, remainingMs, ending }, resolve);
      if (this.#waiting.push(call) === 1) endOfTurn(() => this.#sendAll());
    });
  }

  #sendAll(): void {
    const calls = this.#waiting.filter(({ isOpen }) => isOpen);
    this.#waiting = [];
    for (let start = 0; start < calls.length; ) {
      let end = start;
      let characters = 0;
      while (end < calls.length && end - start < mostCalls) {
        characters += (calls[end] as BatchedCall).line.length;
        if (end > start && characters > this.#mostCharacters) break;
        end += 1;
      }
      this.#sendTogether(calls.slice(start, end));
      start = end;
    }
  }

  #sendTogether(calls: readonly BatchedCall[]): void {
    if (calls.length === 1) calls[0]?.sendAlone();
    else void sendBatch(this.#connection, calls, (refused) => this.#refused(calls, refused));
  }

  /** The server does not take the request, which may be because the calls are together. So each of them goes alone. */
  #refused(calls: readonly BatchedCall[], refused: Refused): void {
    if (refused === "unknown") this.#aloneUntil = Date.now() + aloneMs;
    else {
      const characters = calls.reduce((sum, { line }) => sum + line.length, 0);
      this.#mostCharacters = Math.min(this.#mostCharacters, characters / 2);
    }
    for (const call of calls) call.sendAlone();
  }
}
