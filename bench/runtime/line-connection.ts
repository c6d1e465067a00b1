// One open HTTP connection for requests of many calls, whose answers come line by line in chunks.

import { connect, type Socket } from "node:net";

const endOfHead = Buffer.from("\r\n\r\n");
const endOfLine = Buffer.from("\r\n");

export class LineConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #headRead = false;
  /** The body's bytes that are still to come, when the answer has a length. */
  #left: number | undefined;
  /** What has come of a line without its end. */
  #text = "";
  #onLine: (line: string) => void = () => {};
  #done: { resolve(): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#onData(chunk));
    socket.on("error", (error) => this.#done?.reject(error));
    socket.on("close", () => this.#done?.reject(new Error("the server ended a connection")));
  }

  static open(port: number): Promise<LineConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
        socket.off("error", reject);
        resolve(new LineConnection(socket));
      });
      socket.once("error", reject);
    });
  }

  /** Posts lines. Calls back with each line of the answer when it comes, and resolves after the last. */
  post(path: string, lines: string, onLine: (line: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onLine = onLine;
      this.#done = { resolve, reject };
      this.#headRead = false;
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${Buffer.byteLength(lines)}\r\n\r\n${lines}`,
      );
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      if (!this.#headRead && !this.#readHead()) return;
      if (this.#left === undefined ? this.#readChunks() : this.#readLength()) this.#done?.resolve();
    } catch (error) {
      this.#done?.reject(error as Error);
    }
  }

  #readHead(): boolean {
    const end = this.#received.indexOf(endOfHead);
    if (end < 0) return false;
    const head = this.#received.toString("latin1", 0, end);
    if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`many calls were answered with ${head.split("\r\n", 1)[0]}`);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#left = length === undefined ? undefined : Number(length);
    this.#received = this.#received.subarray(end + endOfHead.length);
    this.#headRead = true;
    return true;
  }

  /** Returns whether the body has ended. */
  #readLength(): boolean {
    this.#take(this.#received);
    this.#left = (this.#left as number) - this.#received.length;
    this.#received = Buffer.alloc(0);
    return this.#left === 0;
  }

  /** Returns whether the body has ended. */
  #readChunks(): boolean {
    for (;;) {
      const line = this.#received.indexOf(endOfLine);
      if (line < 0) return false;
      const size = Number.parseInt(this.#received.toString("latin1", 0, line), 16);
      const [start, end] = [line + endOfLine.length, line + endOfLine.length + size];
      if (this.#received.length < end + endOfLine.length) return false;
      this.#take(this.#received.subarray(start, end));
      this.#received = this.#received.subarray(end + endOfLine.length);
      if (size === 0) return true;
    }
  }

  #take(bytes: Buffer): void {
    const lines = (this.#text + bytes.toString()).split("\n");
    this.#text = lines.pop() as string;
    for (const line of lines) this.#onLine(line);
  }
}
