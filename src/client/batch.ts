// One request with many calls. Each call ends as soon as its line of the answer comes.

import type { Ending } from "../refs/ending.js";
import { Failure } from "../refs/failure.js";
import { type Answer, failureOf, noAnswer, notFromRuntime } from "./answer.js";
import { endOfLine, LineAnswer, type ReadLine } from "./call-line.js";
import { type Connection, refusal, withToken } from "./http-request.js";

const jsonLines = "application/x-ndjson";

/** Why a server takes no request with these calls: it has no such path, or the request is too large. */
export type Refused = "unknown" | "tooLarge";

/** The answers of servers, and of proxies, that have no such path, or take no such content there. */
const unknownStatuses = [404, 405, 415, 501];

/** One try of a call that goes alone. */
export type SendAlone = (remainingMs: number, ending: Ending) => Promise<Answer | Failure>;

interface BatchedCallParts {
  /** The call as a line without its end. */
  readonly line: string;
  readonly sendAlone: SendAlone;
  readonly remainingMs: number;
  readonly ending: Ending;
}

/** One try of a call that goes with others. */
export class BatchedCall {
  /** Whether the call waits for its answer. */
  isOpen = true;
  /** Called when the call ends before its answer. */
  onLeave: () => void = () => {};
  readonly #parts: BatchedCallParts;
  readonly #settle: (outcome: Answer | Failure | Promise<Answer | Failure>) => void;

  constructor(parts: BatchedCallParts, settle: (outcome: Answer | Failure | Promise<Answer | Failure>) => void) {
    this.#parts = parts;
    this.#settle = settle;
    parts.ending.onEnd = () => {
      // Whoever has ended the call knows why; this failure is not shown to anybody.
      this.end(new Failure(notFromRuntime("was not waited for"), false));
      this.onLeave();
    };
  }

  get line(): string {
    return this.#parts.line;
  }

  /** The line as it is sent. */
  get wholeLine(): string {
    return this.#parts.line + endOfLine(this.#parts.remainingMs);
  }

  end(outcome: Answer | Failure | Promise<Answer | Failure>): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#settle(outcome);
  }

  /** Sends the call in a request of its own. */
  sendAlone(): void {
    const { sendAlone, remainingMs, ending } = this.#parts;
    if (this.isOpen) this.end(sendAlone(remainingMs, ending));
  }
}

/** Sends calls in one request. Each of them ends with its answer or a failure, unless `onRefused` says what becomes of them all. */
export async function sendBatch(
  connection: Connection,
  calls: readonly BatchedCall[],
  onRefused: (refused: Refused) => void,
): Promise<void> {
  const { url } = connection;
  const stop = new AbortController();
  let someLeft = false;
  const stopUnlessAwaited = () => {
    // Nobody waits for the answers any more: the runtime need not wait either.
    if (calls.every(({ isOpen }) => !isOpen)) stop.abort();
  };
  const onLeave = () => {
    someLeft = true;
    stopUnlessAwaited();
  };
  for (const call of calls) call.onLeave = onLeave;
  // Calls that fail together are tried again together.
  const chance = Math.random();
  const failOpen = (failure: () => Failure) => {
    const at = performance.now();
    for (const call of calls) if (call.isOpen) call.end(Object.assign(failure(), { at }));
  };
  try {
    const response = await connection.fetch(`${url}/calls`, {
      method: "POST",
      headers: withToken(connection, { "Content-Type": jsonLines, Accept: jsonLines }),
      body: calls.map(({ wholeLine }) => wholeLine).join(""),
      signal: stop.signal,
    });
    const { status } = response;
    const isLines = response.headers.get("content-type")?.startsWith(jsonLines) === true;
    if (response.ok && isLines) {
      await eachLine(response, (text) => {
        take(url, calls, text, chance);
        if (someLeft) stopUnlessAwaited();
      });
      failOpen(() => noAnswer(url, new Error("the answer ended early"), chance));
      return;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.ok || unknownStatuses.includes(status)) onRefused("unknown");
    else if (status === 413) onRefused("tooLarge");
    else failOpen(() => refusal(connection, response, bytes, chance));
  } catch (thrown) {
    failOpen(() => noAnswer(url, thrown, chance));
    stop.abort(); // an answer that is not the runtime's may never end
  }
}

/** Ends the call that a line answers. Throws for a line that no runtime writes. */
function take(url: string, calls: readonly BatchedCall[], text: string, chance: number): void {
  const read = JSON.parse(text) as ReadLine;
  const { line, status, retryAfter = 0 } = read;
  const call = calls[line - 1];
  if (call === undefined) throw notFromRuntime(`is for line ${line} of ${calls.length}`);
  call.end(status < 300 ? new LineAnswer(read) : failureOf(url, status, read, retryAfter, chance));
}

/** Hands out the lines of an answer as they come. What follows the last line feed was cut off. */
async function eachLine(response: Response, take: (line: string) => void): Promise<void> {
  let rest = "";
  const add = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) take(line);
  };
  // Some hosts have no streams: there, all answers come with the last one.
  const reader = response.body?.getReader();
  if (reader === undefined) {
    add(await response.text());
    return;
  }
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    add(decoder.decode(value, { stream: true }));
  }
}
