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
    body: (maxBytes) => readBody(request, maxBytes),
    onAnswered: (done) => onAnswered(response, done),
  };
}

/**
 * Answers a request by one call of `send`, with as few promises, listeners and closures as a call can do with: it is the
 * same as `endpoint.answer(requestOf(request, response))`. A body that is there already needs no reading.
 */
export function answerNode(
  endpoint: HttpEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  send: (answer: HttpAnswer) => void,
  parsed?: Uint8Array,
): Promise<void> {
  endpoint.opened();
  onAnswered(response, endpoint.answered);
  const refuse = (thrown: unknown) => {
    const answer = endpoint.refused(thrown);
    send(hasUnreadBody(request) ? withClose(answer) : answer);
  };
  let body: Promise<Uint8Array>;
  // A response that waits behind another one has no socket, and does not close with it.
  const teller = request.httpVersionMajor === 1 && response.socket !== null ? response : undefined;
  try {
    const { method, headers } = request;
    assertServable(method, headers["content-type"], headers["content-encoding"]);
    body = parsed === undefined ? readBody(request, endpoint.maxBodyBytes, teller) : Promise.resolve(parsed);
  } catch (thrown) {
    refuse(thrown);
    return Promise.resolve();
  }
  // The function runs behind a promise, not in the body's last event: it keeps the host's AsyncLocalStorage.
  return body.then((bytes) => {
    const answer = endpoint.answerBody(bytes);
    return answer instanceof Promise ? answer.then(send) : send(answer);
  }, refuse);
}

function onAnswered(response: ServerResponse, done: () => void): void {
  if (response.closed) done();
  else response.on("close", done);
}

/**
 * Reads the body into memory, never more of it than the limit. It ends with the request; with a `response`, which closes
 * when the client leaves, it ends with the last byte, and the request has fewer listeners to tell.
 * Throws REQUEST_TOO_LARGE, REQUEST_ABORTED and BODY_CONSUMED.
 */
function readBody(request: IncomingMessage, maxBytes: number, response?: ServerResponse): Promise<Uint8Array> {
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
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    // Where a length is declared, Node lets neither less nor more come.
    const last = response === undefined ? 0 : declared;
    let settled = false;
    const fail = (error: StatefunError) => {
      settled = true;
      request.off("data", onData);
      reject(error);
    };
    const finish = () => {
      settled = true;
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length));
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) return fail(tooLarge(maxBytes));
      chunks.push(chunk);
      if (length === last) finish();
    };
    const onGone = () => {
      if (!settled) fail(aborted());
    };
    request.on("data", onData);
    if (!(last > 0)) request.on("end", finish);
    (response ?? request).on("close", onGone);
    // A request of HTTP/1 emits an error only to those who listen, and closes anyway.
    if (request.httpVersionMajor !== 1) request.on("error", onGone);
  });
}

const aborted = () => new StatefunError("REQUEST_ABORTED", "The request's body ended early.");

/** Whether the client is still sending. What is left of a refused upload is not worth reading: end the connection. */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0);
}
