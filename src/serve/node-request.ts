// A Node request as an endpoint takes it, for every host that is built on node:http.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../errors.js";
import { assertBodyLength } from "./body-limit.js";
import type { HttpRequest } from "./endpoint.js";

/** What an endpoint needs of a Node request. */
export function requestOf(request: IncomingMessage, response: ServerResponse): HttpRequest {
  return {
    method: request.method,
    contentType: request.headers["content-type"],
    contentEncoding: request.headers["content-encoding"],
    body: (maxBytes) => readBody(request, maxBytes),
    onAnswered: (done) => {
      if (response.closed) done();
      else response.on("close", done);
    },
  };
}

/** Reads the body into memory, never more of it than the limit. Throws REQUEST_TOO_LARGE, REQUEST_ABORTED and BODY_CONSUMED. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (request.readableDidRead || request.readableEnded) {
    throw new StatefunError(
      "BODY_CONSUMED",
      "Another middleware has read the request's body. Mount statefun before any body parser.",
    );
  }
  const aborted = () => new StatefunError("REQUEST_ABORTED", "The request's body ended early.");
  // A client that has left by now tells nobody again.
  if (request.destroyed) throw aborted();
  // A declared length is refused before a byte is read; a chunked body has none.
  assertBodyLength(Number(request.headers["content-length"] ?? 0), maxBytes);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (error: unknown) => {
      request.off("data", onData);
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      try {
        assertBodyLength(length, maxBytes);
      } catch (error) {
        fail(error);
      }
    };
    request.on("data", onData);
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)));
    request.on("error", () => fail(aborted()));
    request.on("close", () => {
      if (!request.complete) fail(aborted());
    });
  });
}

/** Whether the client is still sending. What is left of a refused upload is not worth reading: end the connection. */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0);
}
