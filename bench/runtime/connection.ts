// One open HTTP connection, with one request in flight at a time.

import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const endOfHead = Buffer.from("\r\n\r\n");

export class Connection {
  readonly #socket: Socket;
  #received: Buffer | undefined;
  #answered: ((answer: Answer) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #error: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#onData(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server ended a connection")));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
      socket.once("error", reject);
    });
  }

  /** Posts JSON. `headers` are whole lines. */
  post(path: string, body: string, headers = ""): Promise<Answer> {
    return this.#exchange(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`,
    );
  }

  delete(path: string): Promise<Answer> {
    return this.#exchange(`DELETE ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #exchange(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) {
        reject(this.#error);
        return;
      }
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#failed?.(error);
  }

  #onData(chunk: Buffer): void {
    const bytes = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    const body = bodyOf(bytes);
    this.#received = body === undefined ? bytes : undefined;
    if (body !== undefined) this.#answered?.({ status: Number(bytes.toString("latin1", 9, 12)), body });
  }
}

/** The body, once it is complete, of an answer with a length or in chunks. */
function bodyOf(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(endOfHead);
  if (end < 0) return undefined;
  if (bytes.toString("latin1", 9, 12) === "204") return "";
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString("latin1", 0, end));
  if (length !== null) {
    const bodyEnd = end + 4 + Number(length[1]);
    return bytes.length < bodyEnd ? undefined : bytes.toString("utf8", end + 4, bodyEnd);
  }
  const parts: Buffer[] = [];
  for (let at = end + 4; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (bytes.length < line + 4 + size) return undefined;
    if (size === 0) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}
