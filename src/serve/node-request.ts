// A Node request as an endpoint takes it, for every host that is built on node:http.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../errors.js";
import { assertBodyLength, tooLarge } from "./body-limit.js";
import { CallRequest, isListenedTo } from "./call-request.js";
import { assertServable, type HttpAnswer, type HttpEndpoint, type HttpRequest, withClose } from "./endpoint.js";

/** What an endpoint needs of a Node request. */
export function requestOf(request: IncomingMessage, response: ServerResponse): HttpRequest {
  return {
    method: request.method,
    contentType: request.headers["content-type"],
    contentEncoding: request.headers["content-encoding"],
    body: async (maxBytes) => {
      assertReadable(request, declaredLength(request), maxBytes);
      return receiveBody(request, response, maxBytes);
    },
    onAnswered: (done) => onAnswered(request, response, done),
  };
}

/**
 * Answers a request by one call of `send`: it is the same as `endpoint.answer(requestOf(request, response))`, but a plain
 * call goes without events. `parsed` is a body that is there already.
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
  // What others have set flowing may be gone in a moment.
  const flows = parsed === undefined && request.readableFlowing !== null;
  const answered = flows ? answerOf(endpoint, request, response) : undefined;
  if (!flows && parsed === undefined && CallRequest.isOne(request)) request.hold(declaredLength(request));
  // A request is handed over before the parser comes to its body. Behind a promise, what arrived with its head is there.
  return handedOver.then(() => {
    const answer = answered ?? answerOf(endpoint, request, response, parsed);
    if (answer instanceof Promise) {
      onAnswered(request, response, endpoint.answered);
      // A body that was taken in one read would never end, and the request be aborted if its client leaves.
      if (request.readableFlowing === null) request.resume();
      return answer.then((settled) => send(host, settled));
    }
    try {
      send(host, answer);
    } finally {
      if (hasLeft(response)) endpoint.answered();
      else onAnswered(request, response, endpoint.answered);
    }
  });
}

const handedOver = Promise.resolve();

/** Never throws. */
function answerOf(
  endpoint: HttpEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  parsed?: Uint8Array,
): HttpAnswer | Promise<HttpAnswer> {
  const refused = (thrown: unknown) => {
    const answer = endpoint.refused(thrown);
    return hasUnreadBody(request) ? withClose(answer) : answer;
  };
  try {
    const { method, headers } = request;
    const whole = parsed ?? (CallRequest.isOne(request) ? request.takeBody() : undefined);
    assertServable(method, headers["content-type"], headers["content-encoding"]);
    const body = whole ?? readBody(request, response, endpoint.maxBodyBytes);
    return body instanceof Promise
      ? body.then((bytes) => endpoint.answerBody(bytes), refused)
      : endpoint.answerBody(body);
  } catch (thrown) {
    return refused(thrown);
  }
}

/** Whether all of the answer is with the operating system: nothing has to be waited for. */
function hasLeft({ writableEnded, socket, writableLength }: ServerResponse): boolean {
  return writableEnded && socket !== null && writableLength === 0;
}

/** Calls `done` when the answer has left, or never will. */
function onAnswered({ socket }: Partial<IncomingMessage>, response: ServerResponse, done: () => void): void {
  // A response that waits behind another one has no socket yet, and does not close when the client leaves.
  const behind = response.socket === null ? socket : undefined;
  if (response.closed || behind?.closed || isReset(response)) done();
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

/** Whether the stream of a response of HTTP/2, which does not say that it has closed, is gone. */
function isReset(response: ServerResponse & { readonly stream?: { readonly destroyed: boolean } }): boolean {
  return response.stream?.destroyed === true;
}

/** Throws BODY_CONSUMED, REQUEST_ABORTED and REQUEST_TOO_LARGE. */
function assertReadable(request: IncomingMessage, declared: number, maxBytes: number): void {
  const isRead = request.readableDidRead || request.readableEnded || (CallRequest.isOne(request) && request.isTaken);
  if (isRead || request.readableEncoding) {
    throw new StatefunError(
      "BODY_CONSUMED",
      "Another middleware has read the request's body, or set an encoding. Mount statefun before any body parser.",
    );
  }
  // A client that has left by now tells nobody again.
  if (request.destroyed) throw aborted();
  // A declared length is refused before a byte is read; a chunked body has none.
  assertBodyLength(declared, maxBytes);
}

const declaredLength = ({ headers }: IncomingMessage) => Number(headers["content-length"] ?? 0);

/** A request's body, a promise where it still has to come. Throws, or rejects with, what its three parts do. */
function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Uint8Array | Promise<Uint8Array> {
  const declared = declaredLength(request);
  assertReadable(request, declared, maxBytes);
  return takeBody(request, declared) ?? receiveBody(request, response, maxBytes);
}

/** Takes a body that is there as a whole: it costs less than the events. Such a request does not end. */
function takeBody(request: IncomingMessage, declared: number): Uint8Array | undefined {
  if (!(declared > 0) || request.readableLength !== declared || isListenedTo(request)) return undefined;
  return request.read(declared) as Buffer;
}

/** Receives a body in pieces, never more of it than the limit. Rejects with REQUEST_ABORTED and REQUEST_TOO_LARGE. */
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
    // The client is gone, or somebody else has answered it: what is not there by now never comes.
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

/** Whether the client is still sending. What is left of a refused upload is not worth reading: end the connection. */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0);
}
