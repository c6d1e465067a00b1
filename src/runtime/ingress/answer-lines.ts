// The answers of a request with many calls: a line for each of them, written as soon as it is known.

import type { ServerResponse } from "node:http";
import type { TypedValue } from "../../model/typed-value.js";
import { showMetadata } from "../../types/metadata-json.js";
import { type FindType, jsonOf } from "../../types/value-json.js";
import { bodyOf, retryAfterOf, statusOf } from "../http/error-answer.js";
import { handedOn, sendBody } from "../http/sending.js";

/** The media type of many calls and of their answers: JSON values, each in a line of its own. */
export const jsonLines = "application/x-ndjson";

/** Lines of so many characters leave at once. A text has a longest length, and a thousand answers may be longer. */
const mostReady = 256 * 1024;

/** Writes the answers of one request, in the order in which they are ready. */
export class AnswerLines {
  /** Resolves when every line is written, or when the client has left. */
  readonly done: Promise<void>;
  readonly #response: ServerResponse;
  readonly #slowReaderMs: number;
  /** How many calls have no answer. */
  #open: number;
  /** The lines that are not written yet. They leave at the end of this turn of the event loop, or when they are many. */
  #ready = "";

  constructor(response: ServerResponse, calls: number, slowReaderMs: number) {
    this.#response = response;
    this.#open = calls;
    this.#slowReaderMs = slowReaderMs;
    // A client that has left closes the response too.
    this.done = new Promise((resolve) => response.once("close", resolve));
    response.on("drain", () => response.setTimeout(0));
  }

  /** Answers the call of a line with its value, as JSON or as bytes. */
  value(line: number, find: FindType, value: TypedValue | undefined, asBytes: boolean): void {
    if (value === undefined) {
      this.#add(`{"line":${line},"status":204}\n`);
      return;
    }
    const json = asBytes ? undefined : jsonOf(find, value);
    const content = json === undefined ? `"base64":"${base64Of(value.value)}"` : `"value":${json}`;
    const metadata = showMetadata(value.metadata);
    const more = metadata === undefined ? "" : `,"metadata":${JSON.stringify(metadata)}`;
    this.#add(`{"line":${line},"status":200,"type":${JSON.stringify(value.typename)},${content}${more}}\n`);
  }

  /** Answers the call of a line with an error. */
  error(line: number, thrown: unknown): void {
    const retryAfter = retryAfterOf(thrown);
    this.#add(`${JSON.stringify({ line, status: statusOf(thrown), ...bodyOf(thrown), retryAfter })}\n`);
  }

  /** Many calls are answered in one turn, since one write to the disk holds them all. Their lines leave in one write too. */
  #add(text: string): void {
    if (this.#ready === "") process.nextTick(() => this.#write());
    this.#ready += text;
    this.#open -= 1;
    if (this.#ready.length >= mostReady) this.#write();
  }

  #write(): void {
    const response = this.#response;
    const ready = this.#ready;
    this.#ready = "";
    if (ready === "" || response.destroyed) return;
    const isLast = this.#open === 0;
    if (isLast && !response.headersSent) {
      sendBody(response, 200, jsonLines, ready, handedOn);
      return;
    }
    if (!response.headersSent) response.writeHead(200, ["Content-Type", jsonLines, ...handedOn]);
    if (isLast) response.end(ready);
    // Without this limit, a client that reads nothing would keep all its answers in memory. Progress starts the time anew.
    else if (!response.write(ready)) response.setTimeout(this.#slowReaderMs);
  }
}

const base64Of = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
