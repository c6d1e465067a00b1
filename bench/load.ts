// The load: a process of its own that keeps connections busy and compares every answer. It writes to sockets directly,
// since any HTTP client of Node would cost more than the servers under test.

import { connect, type Socket } from "node:net";

export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Whether this process never sleeps, which takes a core from a server with several threads. */
  readonly awake: boolean;
  /** Request and expected answer, in base64. */
  readonly exchanges: readonly (readonly [request: string, answer: string])[];
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds from the write to the whole answer. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Exchange {
  readonly request: Buffer;
  readonly answer: Buffer;
}

/** One connection, with one request in flight at a time. */
class Connection {
  readonly #socket: Socket;
  readonly #exchanges: readonly Exchange[];
  readonly #latencies: number[];
  readonly #until: number;
  #next: number;
  #sent = 0;
  #received: Buffer | undefined;
  #done: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor(port: number, exchanges: readonly Exchange[], first: number, until: number, latencies: number[]) {
    this.#exchanges = exchanges;
    this.#next = first % exchanges.length;
    this.#until = until;
    this.#latencies = latencies;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => this.#onData(chunk));
    this.#socket.on("error", (error) => this.#failed?.(error));
    this.#socket.on("close", () => this.#failed?.(new Error("the server ended a connection")));
  }

  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#send();
    });
  }

  #send(): void {
    this.#sent = performance.now();
    this.#socket.write((this.#exchanges[this.#next] as Exchange).request);
  }

  #onData(chunk: Buffer): void {
    const bytes = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    const body = bodyOf(bytes);
    this.#received = body === undefined ? bytes : undefined;
    if (body === undefined) return;
    const { answer } = this.#exchanges[this.#next] as Exchange;
    if (!bytes.subarray(9, 12).equals(ok) || !body.equals(answer)) {
      this.#failed?.(new Error(`a wrong answer: ${bytes.toString("latin1").slice(0, 500)}`));
      this.#socket.destroy();
      return;
    }
    const now = performance.now();
    this.#latencies.push(now - this.#sent);
    if (++this.#next === this.#exchanges.length) this.#next = 0;
    if (now < this.#until) this.#send();
    else {
      this.#done?.();
      this.#socket.destroy();
    }
  }
}

const ok = Buffer.from("200");
const endOfHead = Buffer.from("\r\n\r\n");

/** The body, once it is complete, of an answer with a length or in chunks. */
function bodyOf(bytes: Buffer): Buffer | undefined {
  const end = bytes.indexOf(endOfHead);
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length !== null) {
    const bodyEnd = end + 4 + Number(length[1]);
    return bytes.length < bodyEnd ? undefined : bytes.subarray(end + 4, bodyEnd);
  }
  const parts: Buffer[] = [];
  for (let at = end + 4; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (bytes.length < line + 4 + size) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}

function exchangeOf([request, answer]: LoadOrder["exchanges"][number]): Exchange {
  const body = Buffer.from(request, "base64");
  const head = `POST /statefun HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`;
  return { request: Buffer.concat([Buffer.from(head), body]), answer: Buffer.from(answer, "base64") };
}

/**
 * Keeps this process from sleeping until the returned function is called. A server pays up to a quarter of a call to
 * wake a load that sleeps, and only a server that is slow enough to let the load fall asleep. Then the fastest
 * servers would look faster than they are.
 */
function stayAwake(): () => void {
  let turn = setImmediate(next);
  function next() {
    turn = setImmediate(next);
  }
  return () => clearImmediate(turn);
}

async function load({ port, connections, seconds, awake, exchanges }: LoadOrder): Promise<LoadResult> {
  const prepared = exchanges.map(exchangeOf);
  const latencies: number[] = [];
  const start = performance.now();
  const until = start + seconds * 1000;
  const open = Array.from(
    { length: connections },
    (_, index) => new Connection(port, prepared, index, until, latencies),
  );
  const sleep = awake ? stayAwake() : () => {};
  await Promise.all(open.map((connection) => connection.run())).finally(sleep);
  const perSecond = (latencies.length * 1000) / (performance.now() - start);
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] as number;
  return { requests: latencies.length, perSecond, p50: at(0.5), p99: at(0.99), max: at(1) };
}

process.on("message", async (order: LoadOrder) => {
  try {
    process.send?.({ result: await load(order) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
