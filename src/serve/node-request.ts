// A Node request as an endpoint takes it, for every host that is built on node:http.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../errors.js";
import { assertBodyLength, tooLarge } from "./body-limit.js";
import { assertServable, type HttpAnswer, type HttpEndpoint, type HttpRequest, withClose } from "./endpoint.js";

/** What an endpoint needs of a Node request. */
export function requestOf(request: IncomingMessage, response: ServerResponse): HttpRequest {
  return {
    method: request.method,
    contentType: request.headers["content-type"],
    contentEncoding: request.headers["content-encoding"],
    body: (maxBytes) => handedOver.then(() => readBody(request, maxBytes)),
    onAnswered: (done) => onAnswered(request, response, done),
  };
}

/**
 * Answers a request by one call of `send`, with as few promises, listeners and closures as a call can do with: it is the
 * same as `endpoint.answer(requestOf(request, response))`, but its caller counts it. A body that is there already needs no
 * reading.
 */
export function answerNode<Host>(
  endpoint: HttpEndpoint,
  request: IncomingMessage,
  host: Host,
  send: (host: Host, answer: HttpAnswer) => void,
  parsed?: Uint8Array,
): Promise<void> {
  return handedOver.then(() => {
    let body: Uint8Array | Promise<Uint8Array>;
    try {
      const { method, headers } = request;
      assertServable(method, headers["content-type"], headers["content-encoding"]);
      body = parsed ?? readBody(request, endpoint.maxBodyBytes);
    } catch (thrown) {
      return refuse(endpoint, request, host, send, thrown);
    }
    if (!(body instanceof Promise)) return run(endpoint, host, send, body);
    return body.then(
      (bytes) => run(endpoint, host, send, bytes),
      (thrown) => refuse(endpoint, request, host, send, thrown),
    );
  });
}

/** A request is handed over before the parser comes to its body. Behind a promise, what arrived with its head is there. */
const handedOver = Promise.resolve();

function run<Host>(
  endpoint: HttpEndpoint,
  host: Host,
  send: (host: Host, answer: HttpAnswer) => void,
  body: Uint8Array,
): void | Promise<void> {
  const answer = endpoint.answerBody(body);
  return answer instanceof Promise ? answer.then((settled) => send(host, settled)) : send(host, answer);
}

function refuse<Host>(
  endpoint: HttpEndpoint,
  request: IncomingMessage,
  host: Host,
  send: (host: Host, answer: HttpAnswer) => void,
  thrown: unknown,
): void {
  const answer = endpoint.refused(thrown);
  send(host, hasUnreadBody(request) ? withClose(answer) : answer);
}

/** Calls `done` when the answer has left, or never will. */
export function onAnswered({ socket }: Partial<IncomingMessage>, response: ServerResponse, done: () => void): void {
  // A response that waits behind another one has no socket yet, and does not close when the client leaves.
  const behind = response.socket === null ? socket : undefined;
  if (response.closed || behind?.closed) done();
  else if (!behind) response.on("close", done);
  else {
    // Newer Nodes close the response too, after the socket.
    const ended = () => {
      response.off("close", ended);
      behind.off("close", ended);
      done();
    };
    response.on("close", ended);
    behind.on("close", ended);
  }
}

/** A request's body, never more of it than the limit. Throws BODY_CONSUMED, REQUEST_ABORTED and REQUEST_TOO_LARGE. */
function readBody(request: IncomingMessage, maxBytes: number): Uint8Array | Promise<Uint8Array> {
  if (request.readableDidRead || request.readableEnded) {
    throw new StatefunError(
      "BODY_CONSUMED",
      "Another middleware has read the request's body. Mount statefun before any body parser.",
    );
  }
  // A client that has left by now tells nobody again.
  if (request.destroyed) throw aborted();
  // A declared length is refused before a byte is read; a chunked body has none.
  const declared = Number(request.headers["content-length"] ?? 0);
  assertBodyLength(declared, maxBytes);
  return canTake(request, declared) ? (request.read() as Buffer) : receiveBody(request, maxBytes);
}

/** Whether a body is there as a whole, and nobody waits for events: one read costs less than they do. */
function canTake(request: IncomingMessage, declared: number): boolean {
  return (
    declared > 0 &&
    request.readableLength === declared &&
    request.readableFlowing === null &&
    // A request that is read this way never ends.
    request.listenerCount("end") === 0 &&
    request.listenerCount("close") === 0
  );
}

/** Receives a body in pieces, never more of it than the limit. Rejects with REQUEST_ABORTED and REQUEST_TOO_LARGE. */
function receiveBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
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
    // The client is gone: what is not there by now never comes.
    request.on("close", () => {
      if (!request.readableEnded) reject(aborted());
    });
    // A request of HTTP/1 emits an error only to those who listen, and closes anyway.
    if (request.httpVersionMajor !== 1) request.on("error", () => reject(aborted()));
  });
}

const aborted = () => new StatefunError("REQUEST_ABORTED", "The request's body ended early.");

/** Whether the client is still sending. What is left of a refused upload is not worth reading: end the connection. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  const { complete, headers, readableDidRead, readableFlowing } = request;
  if (complete) return false;
  // Taken in one read, by which the parser has not come to its end.
  if (readableDidRead && readableFlowing === null) return false;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
}
