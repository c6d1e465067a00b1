// One call over HTTP: watches the time limits, collects the answer, and reports why there is none.

import { STATUS_CODES } from "node:http";
import type { Dispatcher } from "undici";
import { NoAnswer } from "../../engine/endpoint.js";
import { describe, oneLine, StatefunError } from "../../errors.js";
import { longestTimerMs } from "../../model/duration.js";
import type { TransportSpec } from "../module/module.js";

export const octetStream = "application/octet-stream";

/** How many characters of an answer's body an error message quotes. */
const quotedCharacters = 500;
const quotedBytes = 4 * quotedCharacters;

/** Statuses by which a server or a proxy says that the function has not been called. */
const unansweredStatus: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether a function or its server has answered wrongly, or no function has answered. */
type Failure = "wrong" | "unanswered";

/** An answer that no function has given. */
interface WrongAnswer {
  readonly failure: Failure;
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
  fail(failure: Failure, why: string, cause?: unknown): void {
    if (this.#settled) return;
    this.#settle();
    const message = `${this.#what}: ${why}`;
    const options = cause === undefined ? {} : { cause };
    // undici starts a request when it has a connection for it.
    const connected = this.#controller !== undefined;
    this.#failure =
      failure === "wrong"
        ? new StatefunError("ENDPOINT_FAILED", message, options)
        : new NoAnswer(connected, message, options);
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
    else if (error.name !== "HTTPParserError") this.fail("unanswered", reasonOf(error), error);
    else this.fail("wrong", `its answer is not HTTP: ${oneLine(error.message)}`, error);
  }

  #failWrong({ failure, what }: WrongAnswer): void {
    const text = Buffer.concat(this.#chunks).subarray(0, quotedBytes).toString().trim();
    const quoted = text.length > quotedCharacters ? `${text.slice(0, quotedCharacters)}…` : text;
    this.fail(failure, text === "" ? what : `${what}: ${oneLine(quoted)}`);
  }

  #failTooLarge(): void {
    const { payloadMaxBytes } = this.#limits;
    this.fail("wrong", `the answer is larger than ${payloadMaxBytes} bytes (payload_max_bytes).`);
  }

  /** Starts the one timer for the next event; it takes the place of the timer before it. */
  #watch(ms: number, what: string, key: string): void {
    clearTimeout(this.#stallTimer);
    if (!this.#settled) this.#stallTimer = this.#timer(ms, what, key);
  }

  #timer(ms: number, what: string, key: string): NodeJS.Timeout {
    const passed = () => {
      if (this.#wrong === undefined) this.fail("unanswered", `${what} ${ms} ms (${key}).`);
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
  if (status < 400) return { failure: "wrong", what: `${what}, and redirects are not followed` };
  return { failure: unansweredStatus.has(status) ? "unanswered" : "wrong", what };
}

function wrongHeaders(headers: AnswerHeaders): WrongAnswer | undefined {
  const type = headers["content-type"];
  if (type === undefined || String(type).toLowerCase() !== octetStream) {
    const shown = type === undefined ? "no content type" : `the content type ${oneLine(String(type))}`;
    return { failure: "wrong", what: `its answer has ${shown}; it must be ${octetStream}` };
  }
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return undefined;
  return { failure: "wrong", what: `its answer is encoded (${encoding}), which was not asked for` };
}

/** Why there is no answer. An AggregateError holds one error for each address of the host that was tried. */
function reasonOf(error: Error & { code?: string }): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  const message = describe(first ?? error) || error.code || "the connection failed";
  return `it could not be reached: ${oneLine(message)}`;
}
