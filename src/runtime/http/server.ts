// The small basis of every HTTP server of the runtime: listening, answers in one write, a graceful end.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errors, StatefunError } from "../../errors.js";
import { listenFailure } from "../../model/listen-failure.js";
import { defaultLogger, type Logger, logFailure } from "../../model/logger.js";

/** Answers one request. What it throws is answered by {@link sendError}. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Options of {@link listen}. */
export interface ListenOptions {
  /** What error messages call it, for example "The ingress". */
  readonly name: string;
  /** What a user changes to choose another port, for example "the option ingress.port". */
  readonly option: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** The address to listen on. Defaults to "127.0.0.1". */
  readonly host?: string | undefined;
  /** Takes a line for every answer with status 500. Defaults to stderr. */
  readonly logger?: Logger | undefined;
}

/** The status that an error is answered with; 500 for what is the runtime's own fault. */
function statusOf(error: unknown): number {
  return error instanceof StatefunError ? error.status : 500;
}

/** An idle connection is kept for longer than the pools of most clients and proxies keep it, so that they end it. */
const keepAliveMs = 65_000;

/** A server that listens. */
export class HttpServer {
  readonly #server: Server;
  readonly #logger: Logger;
  readonly #open = new Set<ServerResponse>();
  #closing = false;

  /** @internal */
  constructor(handle: RequestHandler, logger: Logger) {
    this.#logger = logger;
    const failed = (response: ServerResponse, thrown: unknown) => {
      if (statusOf(thrown) === 500) logFailure(logger, thrown);
      sendError(response, thrown);
    };
    this.#server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
      this.#open.add(response);
      response.on("close", () => this.#done(response));
      if (this.#closing) {
        response.shouldKeepAlive = false;
        sendError(response, new StatefunError("SHUTTING_DOWN", "The runtime is closing. Send the request again."));
        return;
      }
      try {
        handle(request, response)?.catch((thrown: unknown) => failed(response, thrown));
      } catch (thrown) {
        failed(response, thrown);
      }
    });
  }

  /** @internal */
  async start({ name, option, port, host = "127.0.0.1" }: ListenOptions): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) => reject(listenFailure({ name, option, host, port }, error)));
      this.#server.listen(port, host, resolve);
    });
    this.#server.removeAllListeners("error");
    // A connection that can't be accepted (no more file descriptors) is not the end of the others.
    this.#server.on("error", (error) => logFailure(this.#logger, error));
    return this;
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where it listens, for people: "http://127.0.0.1:7070". */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** Takes no new requests, and resolves when those in flight are answered, or cut off after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const response of this.#open) response.shouldKeepAlive = false;
    const limit = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(limit);
  }

  #done(response: ServerResponse): void {
    this.#open.delete(response);
    // A connection counts as idle only after the turn in which its answer left.
    if (this.#closing) setImmediate(() => this.#server.closeIdleConnections());
  }
}

/** Starts a server. Rejects with ADDRESS_IN_USE when the port is taken, and with OPTION_INVALID. */
export function listen(options: ListenOptions, handle: RequestHandler): Promise<HttpServer> {
  return new HttpServer(handle, options.logger ?? defaultLogger).start(options);
}

/** Headers as pairs in one list: name, value, name, value. */
export type RawHeaders = readonly string[];

/** Answers with a body; its head and its body leave in one write. */
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
  response.end(body);
}

/** Answers with a value as JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers?: RawHeaders): void {
  sendBody(response, status, "application/json", `${JSON.stringify(value)}\n`, headers);
}

/**
 * Answers with an error as JSON, `{code, message}`; one that is the runtime's own fault says its code only. A
 * METHOD_NOT_ALLOWED needs an Allow header from the caller: see {@link assertMethod}.
 */
function sendError(response: ServerResponse, thrown: unknown, headers: RawHeaders = []): void {
  const status = statusOf(thrown);
  const code = thrown instanceof StatefunError ? thrown.code : "INTERNAL";
  const more = [...headers];
  if (status === 429 || status === 503) more.push("Retry-After", "1");
  if (status === 401) more.push("WWW-Authenticate", "Bearer");
  if (thrown instanceof MethodNotAllowed) more.push("Allow", thrown.allow);
  // What is left of a body that was refused is not worth reading.
  if (response.req !== undefined && !response.req.complete) response.shouldKeepAlive = false;
  sendJson(response, status, status === 500 ? { code } : { code, message: messageOf(thrown as StatefunError) }, more);
}

/** A message that clients must not see is replaced by what the table says of its code; the log has the message. */
function messageOf({ code, expose, message }: StatefunError): string {
  return expose ? message : `${errors[code].meaning} ${errors[code].advice}`;
}

class MethodNotAllowed extends StatefunError {
  readonly allow: string;

  constructor(method: string, allow: string) {
    super("METHOD_NOT_ALLOWED", `The method is ${method}; this path takes ${allow}.`);
    this.allow = allow;
  }
}

/** Throws METHOD_NOT_ALLOWED, which is answered with an Allow header. */
export function assertMethod(request: IncomingMessage, ...allowed: readonly string[]): void {
  const method = request.method as string;
  if (!allowed.includes(method)) throw new MethodNotAllowed(method, allowed.join(", "));
}
