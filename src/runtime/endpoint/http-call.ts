// One call over HTTP: watches the time limits, collects the answer, and reports why there is none.

import { STATUS_CODES } from "node:http";
import type { Dispatcher } from "undici";
import { describe, oneLine, StatefunError } from "../../errors.js";
import { longestTimerMs } from "../../model/duration.js";
import type { TransportSpec } from "../module/module.js";

export const octetStream = "application/octet-stream";

/** How many characters of an answer's body an error message quotes. */
const quotedCharacters = 500;
const quotedBytes = 4 * quotedCharacters;

/** Statuses by which a server or a proxy says that the function has not been called. */
const unreachableStatus: ReadonlySet<number> = new Set([429, 502, 503, 504]);

type FailureCode = "ENDPOINT_FAILED" | "ENDPOINT_UNREACHABLE";

/** An answer that no function has given. */
interface WrongAnswer {
  readonly code: FailureCode;
  readonly what: string;
}

type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

type Limits = Pick<TransportSpec, "callMs" | "readMs" | "writeMs" | "payloadMaxBytes">;

/** The handler of one dispatch. Its promise settles once, whatever the connection does later. */
export class HttpCall implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Uint8Array>;
  /** "http://… (example/greeter/bob)", for messages. */
  readonly #what: string;
  readonly #limits: Limits;
  readonly #callTimer: NodeJS.Timeout;
  #stallTimer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #resolve!: (answer: Uint8Array) => void;
  #reject!: (error: StatefunError) => void;
  #failure: StatefunError | undefined;
  #settled = false;
  /** Set when the status or the headers are wrong. The body is then read for the error message. */
  #wrong: WrongAnswer | undefined;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(what: string, limits: Limits) {
    this.#what = what;
    this.#limits = limits;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#callTimer = this.#timer(limits.callMs, "the call took longer than", "call");
  }

  /** Rejects the answer, and closes the connection. */
  fail(code: FailureCode, why: string, cause?: unknown): void {
    if (this.#settled) return;
    this.#settle();
    this.#failure = new StatefunError(code, `${this.#what}: ${why}`, cause === undefined ? {} : { cause });
    this.#reject(this.#failure);
    this.#controller?.abort(this.#failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // The call failed while it waited for a connection, so the request is not sent.
    if (this.#failure !== undefined) controller.abort(this.#failure);
    else {
      this.#controller = controller;
      this.awaitAnswer();
    }
  }

  /** Watches the wait until the server takes the next piece of the request. */
  awaitWrite(): void {
    this.#watch(this.#limits.writeMs, "the request was not taken within", "write");
  }

  /** Watches the wait for the next piece of the answer. */
  awaitAnswer(): void {
    this.#watch(this.#limits.readMs, "nothing was answered within", "read");
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: AnswerHeaders,
    statusText?: string,
  ): void {
    if (this.#settled || status < 200) return;
    this.awaitAnswer();
    this.#wrong = wrongStatus(status, statusText) ?? wrongHeaders(headers);
    const declared = Number(headers["content-length"]);
    if (this.#wrong === undefined && declared > this.#limits.payloadMaxBytes) this.#failTooLarge();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.awaitAnswer();
    this.#length += chunk.length;
    if (this.#wrong !== undefined) {
      this.#chunks.push(chunk);
      if (this.#length > quotedBytes) this.#failWrong(this.#wrong);
    } else if (this.#length > this.#limits.payloadMaxBytes) this.#failTooLarge();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    if (this.#wrong !== undefined) {
      this.#failWrong(this.#wrong);
      return;
    }
    this.#settle();
    const [only] = this.#chunks;
    this.#resolve(only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks, this.#length));
  }

  onResponseError(_controller: unknown, error: Error & { code?: string }): void {
    if (this.#wrong !== undefined) this.#failWrong(this.#wrong);
    else if (error.name !== "HTTPParserError") this.fail("ENDPOINT_UNREACHABLE", reasonOf(error), error);
    else this.fail("ENDPOINT_FAILED", `its answer is not HTTP: ${oneLine(error.message)}`, error);
  }

  #failWrong({ code, what }: WrongAnswer): void {
    const text = Buffer.concat(this.#chunks).subarray(0, quotedBytes).toString().trim();
    const quoted = text.length > quotedCharacters ? `${text.slice(0, quotedCharacters)}…` : text;
    this.fail(code, text === "" ? what : `${what}: ${oneLine(quoted)}`);
  }

  #failTooLarge(): void {
    const { payloadMaxBytes } = this.#limits;
    this.fail("ENDPOINT_FAILED", `the answer is larger than ${payloadMaxBytes} bytes (payload_max_bytes).`);
  }

  /** Starts the one timer for the next event; it takes the place of the timer before it. */
  #watch(ms: number, what: string, key: string): void {
    clearTimeout(this.#stallTimer);
    if (!this.#settled) this.#stallTimer = this.#timer(ms, what, key);
  }

  #timer(ms: number, what: string, key: string): NodeJS.Timeout {
    const passed = () => {
      if (this.#wrong === undefined) this.fail("ENDPOINT_UNREACHABLE", `${what} ${ms} ms (${key}).`);
      else this.#failWrong(this.#wrong);
    };
    return setTimeout(passed, Math.min(ms, longestTimerMs));
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#callTimer);
    clearTimeout(this.#stallTimer);
  }
}

function wrongStatus(status: number, text = STATUS_CODES[status]): WrongAnswer | undefined {
  if (status < 300) return undefined;
  const what = `it answered ${status}${text ? ` ${text}` : ""}`;
  if (status < 400) return { code: "ENDPOINT_FAILED", what: `${what}, and redirects are not followed` };
  return { code: unreachableStatus.has(status) ? "ENDPOINT_UNREACHABLE" : "ENDPOINT_FAILED", what };
}

function wrongHeaders(headers: AnswerHeaders): WrongAnswer | undefined {
  const type = headers["content-type"];
  if (type === undefined || String(type).toLowerCase() !== octetStream) {
    const shown = type === undefined ? "no content type" : `the content type ${oneLine(String(type))}`;
    return { code: "ENDPOINT_FAILED", what: `its answer has ${shown}; it must be ${octetStream}` };
  }
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return undefined;
  return { code: "ENDPOINT_FAILED", what: `its answer is encoded (${encoding}), which was not asked for` };
}

/** Why there is no answer. An AggregateError holds one error for each address of the host that was tried. */
function reasonOf(error: Error & { code?: string }): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  const message = describe(first ?? error) || error.code || "the connection failed";
  return `it could not be reached: ${oneLine(message)}`;
}
