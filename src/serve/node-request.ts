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
    body: async (maxBytes) => {
      assertReadable(request, maxBytes);
      return receiveBody(request, maxBytes);
    },
    onAnswered: (done) => onAnswered(request, response, done),
  };
}

/**
 * Answers a request by one call of `send`, with as few promises, listeners and closures as a call can do with: it is the
 * same as `endpoint.answer(requestOf(request, response))`. A body that is there already needs no reading.
 */
export function answerNode<Host>(
  endpoint: HttpEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  host: Host,
  send: (host: Host, answer: HttpAnswer) => void,
  parsed?: Uint8Array,
): Promise<void> {
  endpoint.opened();
  onAnswered(request, response, endpoint.answered);
  const refuse = (thrown: unknown): void => {
    const answer = endpoint.refused(thrown);
    send(host, hasUnreadBody(request) ? withClose(answer) : answer);
  };
  const run = (body: Uint8Array): void | Promise<void> => {
    const answer = endpoint.answerBody(body);
    return answer instanceof Promise ? answer.then((settled) => send(host, settled)) : send(host, answer);
  };
  // A request is handed over before the parser comes to its body. Behind a promise, what arrived with its head is there.
  return handedOver.then(() => {
    let body: Uint8Array | Promise<Uint8Array>;
    try {
      const { method, headers } = request;
      assertServable(method, headers["content-type"], headers["content-encoding"]);
      if (parsed === undefined) assertReadable(request, endpoint.maxBodyBytes);
      body = parsed ?? takeBody(request) ?? receiveBody(request, endpoint.maxBodyBytes);
    } catch (thrown) {
      return refuse(thrown);
    }
    return body instanceof Promise ? body.then(run, refuse) : run(body);
  });
}

const handedOver = Promise.resolve();

/** Calls `done` when the answer has left, or never will. */
function onAnswered({ socket }: Partial<IncomingMessage>, response: ServerResponse, done: () => void): void {
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

/** Throws BODY_CONSUMED, REQUEST_ABORTED and REQUEST_TOO_LARGE. */
function assertReadable(request: IncomingMessage, maxBytes: number): void {
  if (request.readableDidRead || request.readableEnded) {
    throw new StatefunError(
      "BODY_CONSUMED",
      "Another middleware has read the request's body. Mount statefun before any body parser.",
    );
  }
  // A client that has left by now tells nobody again.
  if (request.destroyed) throw aborted();
  // A declared length is refused before a byte is read; a chunked body has none.
  assertBodyLength(declaredLength(request), maxBytes);
}

const declaredLength = ({ headers }: IncomingMessage) => Number(headers["content-length"] ?? 0);

/** Takes a body that has arrived whole in one read, without the events and turns that receiving it costs. */
function takeBody(request: IncomingMessage): Uint8Array | undefined {
  const { readableLength } = request;
  if (readableLength === 0 || readableLength !== declaredLength(request) || request.readableFlowing) return undefined;
  const body = request.read() as Buffer;
  // A request that is read this way does not end by itself; it has to for those who wait for it.
  if (request.listenerCount("end") + request.listenerCount("close") > 0) request.resume();
  return body;
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
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0);
}
