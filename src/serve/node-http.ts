// Requests and responses of Node, for every host that is built on node:http, node:https or node:http2.

import { type IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import onFinished from "on-finished";
import { StatefunError } from "../errors.js";
import { isLoopback } from "../model/loopback.js";
import { callHeaders } from "./answers.js";
import type { HttpEndpoint } from "./endpoint.js";
import type { HttpAnswer, HttpRequest } from "./http-messages.js";
import { pathOf } from "./path.js";
import { assertBodyLength, tooLarge } from "./rules.js";

/**
 * Answers a request of Node, if its path is one of the endpoint's. Returns false when the path belongs to somebody else:
 * then the request and the response are untouched.
 */
export function answerNode(endpoint: HttpEndpoint, request: IncomingMessage, response: ServerResponse): boolean {
  const route = endpoint.routeOf(pathOf(request.url));
  if (route === undefined) return false;
  const exchange = new NodeExchange(request, response);
  if (route === "health") exchange.send(endpoint.health(exchange));
  else if (route === "describe") exchange.send(endpoint.describe(exchange));
  else endpoint.answer(exchange).then((answer) => exchange.send(answer));
  return true;
}

/**
 * Makes an HttpRequest of Node's request and response. The response tells when the answer has left. When a body parser has
 * read the bytes and kept them at `request.body`, as express.raw() does, the body is taken from there.
 */
export function requestOf(request: IncomingMessage, response: ServerResponse): HttpRequest {
  return new NodeRequest(request, response);
}

/** A class and not an object literal, which would make five closures for each call. */
class NodeRequest implements HttpRequest {
  readonly #request: IncomingMessage;
  protected readonly response: ServerResponse;
  readonly #parsed: unknown;

  constructor(request: IncomingMessage & { readonly body?: unknown }, response: ServerResponse) {
    this.#request = request;
    this.response = response;
    this.#parsed = request.body;
  }

  get method(): string | undefined {
    return this.#request.method;
  }

  get contentType(): string | undefined {
    return this.#request.headers["content-type"];
  }

  get contentEncoding(): string | undefined {
    return this.#request.headers["content-encoding"];
  }

  get origin(): string | undefined {
    return this.#request.headers.origin;
  }

  /** A proxy on this machine sends what others ask, so a request that a proxy has passed on does not count. */
  isFromLoopback(): boolean {
    const { headers, socket } = this.#request;
    const { host = "", forwarded, "x-forwarded-for": forwardedFor } = headers;
    // An attacker's domain can resolve to this machine (DNS rebinding), so the name of the host counts too.
    const isNamedLocal = isLoopback(host.replace(/:\d*$/, ""));
    const isProxied = forwarded !== undefined || forwardedFor !== undefined;
    return isNamedLocal && !isProxied && isLoopback(socket.remoteAddress ?? "");
  }

  /** Throws, or rejects with, BODY_CONSUMED, REQUEST_ABORTED and REQUEST_TOO_LARGE. */
  body(maxBytes: number): Uint8Array | Promise<Uint8Array> {
    if (this.#parsed instanceof Uint8Array) return this.#parsed;
    const request = this.#request;
    const read = () => {
      const declared = declaredLength(request);
      assertReadable(request, declared, maxBytes);
      return takeBody(request, declared) ?? receiveBody(request, this.response, maxBytes);
    };
    // Node calls a listener before it has parsed the body. After one promise tick, a body that came in the same packet as
    // the headers can be read at once. A request that flows already would lose its body in that tick.
    return request.readableFlowing === null ? tick.then(read) : read();
  }

  hasUnreadBody(): boolean {
    const { complete, headers } = this.#request;
    return !complete && (headers["transfer-encoding"] !== undefined || declaredLength(this.#request) > 0);
  }

  onAnswered(done: () => void): void {
    onAnswered(this.#request, this.response, done);
  }
}

/** A request whose answer is sent here, and not by a framework. */
class NodeExchange extends NodeRequest {
  #answered: (() => void) | undefined;

  /** Does not listen to the response yet. Most answers leave at once, and on-finished would cost a tenth of a small call. */
  override onAnswered(answered: () => void): void {
    this.#answered = answered;
  }

  /** Sends an answer, unless somebody else (a timeout, for example) has answered already. */
  send({ status, headers, body }: HttpAnswer): void {
    const { response } = this;
    if (response.headersSent) {
      this.#watch();
      return;
    }
    response.writeHead(status, withLength(headers, body.length));
    const isString = goesAsString(response, body);
    if (isString) writeString(response, body);
    if (isString && hasLeft(response)) {
      response.end();
      this.#answered?.();
    } else {
      // on-finished must listen before `end` is called: it takes a response that has ended for one that has left.
      this.#watch();
      response.end(isString ? undefined : body);
    }
  }

  #watch(): void {
    if (this.#answered !== undefined) super.onAnswered(this.#answered);
  }
}

const tick = Promise.resolve();

/** Throws BODY_CONSUMED, REQUEST_ABORTED and REQUEST_TOO_LARGE. */
function assertReadable(request: IncomingMessage, declared: number, maxBytes: number): void {
  if (request.readableDidRead || request.readableEnded || request.readableEncoding) {
    throw new StatefunError(
      "BODY_CONSUMED",
      "Another middleware has read the request's body, or set an encoding. Mount statefun before any body parser.",
    );
  }
  // A client that has left by now causes no further event.
  if (request.destroyed) throw aborted();
  // A declared length is refused before a byte is read. A chunked body declares none.
  assertBodyLength(declared, maxBytes);
}

const declaredLength = ({ headers }: IncomingMessage) => Number(headers["content-length"] ?? 0);

/**
 * Takes a body that has arrived whole in one read, which costs less than the stream's events. Returns undefined for any other
 * body. A request that was read in this way never emits "end", and Node reports the request as aborted if the client leaves
 * while the function runs.
 */
function takeBody(request: IncomingMessage, declared: number): Uint8Array | undefined {
  if (declared === 0 || request.readableLength !== declared || isListenedTo(request)) return undefined;
  return request.read(declared) as Buffer;
}

/** Whether somebody else reads the request, or waits for one of the events that end it. */
function isListenedTo(request: IncomingMessage): boolean {
  if (request.readableFlowing !== null) return true;
  return request.listenerCount("end") + request.listenerCount("close") + request.listenerCount("error") > 0;
}

/** Receives a body in pieces and keeps no more than the limit. Rejects with REQUEST_ABORTED and REQUEST_TOO_LARGE. */
function receiveBody(request: IncomingMessage, response: ServerResponse, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      // The rest of a body that is refused is dropped.
      if (length <= maxBytes) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)));
    // The client has left, or somebody else has answered: the rest of the body never comes.
    const end = () => {
      if (!request.readableEnded) reject(aborted());
    };
    request.on("close", end);
    onAnswered(request, response, end);
    // A request of HTTP/1 emits an error only to those who listen, and closes anyway.
    if (request.httpVersionMajor !== 1) request.on("error", end);
  });
}

const aborted = () => new StatefunError("REQUEST_ABORTED", "The request's body ended early.");

/** Calls `done` once, when the answer has left or never will. */
function onAnswered({ socket }: IncomingMessage, response: ServerResponse, done: () => void): void {
  if (isReset(response)) done();
  else if (response.socket === null && socket) onAnsweredBehind(socket, response, done);
  else onFinished(response, done);
}

/** Whether the stream of an HTTP/2 response is gone. Such a response emits no more events. */
function isReset(response: ServerResponse & { readonly stream?: { readonly destroyed: boolean } }): boolean {
  return response.stream?.destroyed === true;
}

/**
 * Does what {@link onAnswered} does for a response that waits behind another response of the same connection. Such a
 * response has no socket yet, so on-finished would not notice that the client leaves. The socket of the request is the one
 * that the response will have.
 */
function onAnsweredBehind(socket: Socket, response: ServerResponse, done: () => void): void {
  const ended = () => {
    response.off("finish", ended);
    socket.off("close", ended);
    done();
  };
  if (socket.closed) {
    done();
    return;
  }
  response.on("finish", ended);
  socket.on("close", ended);
}

/**
 * Whether to send a body as a string. Node sends a short string in one piece with the headers. Only Node's own `write`, `end`
 * and socket are trusted with a string: a replacement of one of them may ignore the string's encoding.
 */
function goesAsString(response: ServerResponse, body: Uint8Array): body is Buffer {
  return (
    body.length <= mostInString &&
    body instanceof Buffer &&
    response.write === ServerResponse.prototype.write &&
    response.end === ServerResponse.prototype.end &&
    response.socket instanceof Socket
  );
}

const mostInString = 2048;

/** Writes a body before `end`. Before Node 26, an `end` with a body adds an empty chunk, and the two chunks cost more to send. */
function writeString(response: ServerResponse, body: Buffer): void {
  response.cork();
  response.write(body.toString("latin1"), "latin1");
  response.uncork();
}

/** Whether the operating system has taken everything. A response that waits behind another response has no socket yet. */
function hasLeft({ socket, writableLength }: ServerResponse): boolean {
  return socket !== null && writableLength === 0;
}

/** Adds the length to the headers. The usual headers are a literal, since a spread makes a new hidden class for every answer. */
function withLength(headers: HttpAnswer["headers"], length: number): Record<string, string | number> {
  if (headers === callHeaders) {
    return { "Content-Type": callHeaders["Content-Type"], "Content-Length": length };
  }
  return { ...headers, "Content-Length": length };
}
