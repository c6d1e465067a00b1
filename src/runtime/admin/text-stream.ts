// Sends a long text in pieces, no faster than the client reads it.

import type { ServerResponse } from "node:http";
import { handedOn, type RawHeaders } from "../http/sending.js";
import { attachmentHeaders } from "./attachment.js";

/** A piece of so many characters leaves at once. */
const pieceCharacters = 64 * 1024;
/** A smaller piece leaves after so many milliseconds, so that people see what was found first. */
const flushMs = 200;
/** After so many milliseconds a client that reads nothing is cut off. */
const slowReaderMs = 60_000;

export class TextStream {
  readonly #response: ServerResponse;
  readonly #headers: RawHeaders;
  #ready = "";
  #flushedAt = performance.now();

  /** A browser saves the answer as a file of this name. Its head leaves with the first piece: until then an error can be the answer. */
  constructor(response: ServerResponse, { contentType, fileName }: { contentType: string; fileName: string }) {
    this.#response = response;
    response.on("error", () => {}); // the client has left
    this.#headers = ["Content-Type", contentType, ...attachmentHeaders(fileName), ...handedOn];
  }

  /** Whether the client has left. */
  get isGone(): boolean {
    return this.#response.destroyed;
  }

  /** Adds text. Resolves when the client takes more. */
  async add(text: string): Promise<void> {
    this.#ready += text;
    if (this.#ready.length >= pieceCharacters) await this.#flush();
    else await this.flushIfDue();
  }

  /** Sends what is there, if it has waited for long. */
  async flushIfDue(): Promise<void> {
    if (this.#ready !== "" && performance.now() - this.#flushedAt >= flushMs) await this.#flush();
  }

  /** Ends the answer with the last text. Resolves when all is written. */
  async end(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.isGone) return resolve();
      this.#response.once("close", resolve);
      this.#begin();
      this.#response.end(this.#ready + text);
    });
  }

  #begin(): void {
    if (!this.#response.headersSent) this.#response.writeHead(200, [...this.#headers]);
  }

  async #flush(): Promise<void> {
    const text = this.#ready;
    this.#ready = "";
    this.#flushedAt = performance.now();
    const response = this.#response;
    if (response.destroyed) return;
    this.#begin();
    if (response.write(text)) return;
    response.setTimeout(slowReaderMs);
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off("drain", done);
        response.off("close", done);
        response.setTimeout(0);
        resolve();
      };
      response.on("drain", done);
      response.on("close", done);
    });
  }
}
