// The HTTP server under each server of the runtime: it listens, sends answers and errors, and closes gracefully.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StatefunError } from "../../errors.js";
import { listenFailure } from "../../model/listen-failure.js";
import { defaultLogger, type Logger, logFailure } from "../../model/logger.js";
import { type Listed, OpenList } from "../../model/open-list.js";
import { Access, type AccessOptions } from "./access.js";
import { bodyOf, codeOf, isOwnFault, retryAfterOf, statusOf } from "./error-answer.js";

/** Answers one request. An error that it throws is answered by {@link sendError}. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Counts an answer: its code, and how many seconds after the head of its request the answer was ready. */
export type ObserveAnswer = (code: string, seconds: number) => void;

/** Options of {@link listen}: where the server listens, and who may use it. */
export interface ListenOptions extends Omit<AccessOptions, "host"> {
  /** The name of the server in error messages, for example "The ingress". */
  readonly name: string;
  /** What a user changes to choose another port, for example "the option ingress.port". */
  readonly option: string;
  /** The port to listen on; 0 picks a free one. */
  readonly port: number;
  /** The address to listen on. Defaults to "127.0.0.1". */
  readonly host?: string | undefined;
  /** Takes a line for every answer with status 500. Defaults to stderr. */
  readonly logger?: Logger | undefined;
  /**
   * Takes the code of each answer: "OK", or the code of the error, or "CLIENT_LEFT" when the client has left before its
   * answer. Defaults to nothing.
   */
  readonly observe?: ObserveAnswer | undefined;
}

/**
 * How long an idle connection is kept: longer than most clients and proxies keep it. The other side then closes it, and no
 * request is sent on a connection that is being closed here.
 */
const keepAliveMs = 65_000;

/** The address that only this machine reaches. */
const defaultHost = "127.0.0.1";

/** How long answers that have just been written may take to leave, when the time for closing is over. */
const lastAnswersMs = 100;

/** An answer that is not ready yet, or has not left. */
class OpenAnswer implements Listed {
  place = -1;
  readonly response: ServerResponse;
  /** When the head of the request came. */
  readonly begun = performance.now();

  constructor(response: ServerResponse) {
    this.response = response;
  }
}

/** A server that listens. */
export class HttpServer {
  readonly #server: Server;
  readonly #handle: RequestHandler;
  readonly #access: Access;
  readonly #logger: Logger;
  readonly #observe: ObserveAnswer | undefined;
  readonly #open = new OpenList<OpenAnswer>();
  #closing = false;
  /** Called while the server closes, when no answer is leaving any more. */
  #onAllLeft = () => {};

  /** @internal */
  constructor(handle: RequestHandler, access: Access, logger: Logger, observe: ObserveAnswer | undefined) {
    this.#handle = handle;
    this.#access = access;
    this.#logger = logger;
    this.#observe = observe;
    this.#server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) =>
      this.#take(request, response),
    );
  }

  /** @internal */
  async start({ name, option, port, host = defaultHost }: ListenOptions): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) => reject(listenFailure({ name, option, host, port }, error)));
      this.#server.listen(port, host, resolve);
    });
    this.#server.removeAllListeners("error");
    // A connection that can't be accepted, for want of file descriptors say, must not end the process.
    this.#server.on("error", (error) => logFailure(this.#logger, error));
    return this;
  }

  /** The port that the server listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The URL that the server listens on, for people: "http://127.0.0.1:7070". */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** Refuses new requests; resolves when those in flight are answered, or cut off after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    for (const { response } of this.#open) response.shouldKeepAlive = false;
    const limit = setTimeout(() => this.#server.closeAllConnections(), Math.max(graceMs, lastAnswersMs));
    if (this.#isLeaving) {
      await new Promise<void>((resolve) => {
        this.#onAllLeft = resolve;
      });
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(limit);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const open = new OpenAnswer(response);
    this.#open.add(open);
    try {
      if (this.#closing) {
        response.shouldKeepAlive = false;
        throw new StatefunError("SHUTTING_DOWN", "The runtime is closing. Send the request again.");
      }
      this.#access.assertAllowed(request, response);
      const handling = this.#handle(request, response);
      if (handling === undefined) this.#handled(open);
      else {
        handling.then(
          () => this.#handled(open),
          (thrown: unknown) => this.#failed(open, thrown),
        );
      }
    } catch (thrown) {
      this.#failed(open, thrown);
    }
  }

  #handled(open: OpenAnswer): void {
    this.#done(open, open.response.headersSent ? "OK" : "CLIENT_LEFT");
  }

  #failed(open: OpenAnswer, thrown: unknown): void {
    if (isOwnFault(thrown)) logFailure(this.#logger, thrown);
    // Node tells that a request is complete after the turn in which its body came. Until then it looks as if there were
    // more to come, which would cost the client its connection.
    if (open.response.req.complete) this.#refuse(open, thrown);
    else setImmediate(() => this.#refuse(open, thrown));
  }

  #refuse(open: OpenAnswer, thrown: unknown): void {
    sendError(open.response, thrown);
    this.#done(open, codeOf(thrown));
  }

  #done(open: OpenAnswer, code: string): void {
    this.#observe?.(code, (performance.now() - open.begun) / 1000);
    const { response } = open;
    // Nearly every answer leaves at once. To keep it until Node says so would cost more.
    if (response.destroyed || (!this.#closing && response.socket?.writableLength === 0)) this.#left(open);
    else response.on("close", () => this.#left(open));
  }

  #left(open: OpenAnswer): void {
    this.#open.remove(open);
    if (!this.#closing) return;
    // Node counts the connection as idle only after the turn in which the answer has left.
    setImmediate(() => {
      if (this.#isLeaving) return;
      this.#server.closeIdleConnections();
      this.#onAllLeft();
    });
  }

  /**
   * Whether a client still has to read the end of an answer. Node takes such a connection for an idle one: to close the idle
   * ones would cut the answer off.
   */
  get #isLeaving(): boolean {
    for (const { response } of this.#open) if (response.writableEnded && !response.destroyed) return true;
    return false;
  }
}

/** Starts a server. Rejects with ADDRESS_IN_USE when the port is taken, and with OPTION_INVALID. */
export async function listen(options: ListenOptions, handle: RequestHandler): Promise<HttpServer> {
  const { name, host = defaultHost, logger = defaultLogger } = options;
  return new HttpServer(handle, new Access(name, { ...options, host }), logger, options.observe).start(options);
}

/** Headers as pairs in one list: name, value, name, value. */
export type RawHeaders = readonly string[];

/** Answers with a body. The headers and the body leave in one write. */
export function sendBody(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: RawHeaders = [],
): void {
  // The client may have left, or a handler may fail after it has answered.
  if (response.headersSent || response.destroyed) return;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, ["Content-Type", contentType, "Content-Length", String(length), ...headers]);
  if (typeof body === "string") writeText(response, body);
  response.end(typeof body === "string" ? undefined : body);
}

/**
 * Writes a text in one piece with the headers. Before Node 26, an `end` with a body adds an empty piece, and two pieces cost
 * more to send.
 */
function writeText(response: ServerResponse, text: string): void {
  response.cork();
  response.write(text);
  response.uncork();
}

/** Answers that all is done and that there is no value. */
export function sendNothing(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(204);
  response.end();
}

/** Answers with a value as one line of JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers?: RawHeaders): void {
  sendBody(response, status, "application/json", `${JSON.stringify(value)}\n`, headers);
}

/** Answers with an error as JSON, see {@link bodyOf}. */
function sendError(response: ServerResponse, thrown: unknown, headers: RawHeaders = []): void {
  const status = statusOf(thrown);
  const more = [...headers];
  const retryAfter = retryAfterOf(thrown);
  if (retryAfter !== undefined) more.push("Retry-After", String(retryAfter));
  if (status === 401) more.push("WWW-Authenticate", "Bearer");
  if (thrown instanceof MethodNotAllowed) more.push("Allow", thrown.allow);
  // The rest of a body that was refused is not read, so the connection can't be used again.
  if (!response.req.complete) response.shouldKeepAlive = false;
  sendJson(response, status, bodyOf(thrown), more);
}

class MethodNotAllowed extends StatefunError {
  readonly allow: string;

  constructor(method: string, allow: string) {
    super("METHOD_NOT_ALLOWED", `This path does not take the method ${method}. It takes ${allow}.`);
    this.allow = allow;
  }
}

/** Throws METHOD_NOT_ALLOWED, which is answered with an Allow header. */
export function assertMethod(request: IncomingMessage, ...allowed: readonly string[]): void {
  const method = request.method as string;
  if (!allowed.includes(method)) throw new MethodNotAllowed(method, allowed.join(", "));
}
