// The adapter for Express, and for every host whose middleware takes (request, response, next) as Express's does.

import { type IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { type HttpAnswer, HttpEndpoint, octetStreamHeaders, type ServeOptions, withClose } from "../endpoint.js";
import { answerNode, hasUnreadBody } from "../node-request.js";
import { isPath, pathOf } from "../path.js";

export type { ServeOptions } from "../endpoint.js";

/** A middleware of the (request, response, next) form. */
export interface StatefunMiddleware {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Takes no new calls, and resolves when the answers of those in flight have left. */
  close(): Promise<void>;
}

/**
 * Makes a middleware that serves functions, or a shared handler, below wherever it is mounted, and hands on every other
 * path. Throws OPTION_INVALID.
 *
 * @example
 * ```ts
 * import express from "express";
 * import { statefun } from "statefun-ts/express";
 * import { functions } from "./functions.js";
 *
 * express().use(statefun(functions)).use(express.json()).listen(8000);
 * ```
 */
export function statefun(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): StatefunMiddleware {
  const endpoint = new HttpEndpoint(served, options);
  const middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => {
    const path = pathOf(request.url);
    if (isPath(path, endpoint.path)) {
      answerNode(endpoint, request, response, response, send, parsedBody(request));
    } else if (isPath(path, endpoint.healthPath)) {
      const health = endpoint.health();
      send(response, hasUnreadBody(request) ? withClose(health) : health);
    } else next();
  };
  return Object.assign(middleware, { close: () => endpoint.close() });
}

/** Sends an answer, unless another middleware (a timeout, say) already did. */
function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  if (response.headersSent) return;
  response.writeHead(status, withLength(headers, body.length));
  if (goesAsString(response, body)) sendString(response, body.toString("latin1"));
  else response.end(body);
}

/**
 * As a string, a short body goes out in one piece with its headers. Not through a `write` or `end` of somebody else's,
 * nor to what is no socket: they may not look at the encoding.
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

/** An `end` with a body adds an empty chunk, before Node 26: the two go out by a vectored write, which costs more. */
function sendString(response: ServerResponse, body: string): void {
  response.cork();
  response.write(body, "latin1");
  response.uncork();
  response.end();
}

/** A literal where it can be: a spread makes a new hidden class for every answer. */
function withLength(headers: HttpAnswer["headers"], length: number): Record<string, string | number> {
  if (headers === octetStreamHeaders) {
    return { "Content-Type": octetStreamHeaders["Content-Type"], "Content-Length": length };
  }
  return { ...headers, "Content-Length": length };
}

/** A body parser that keeps the bytes, as express.raw() does, leaves them here. */
function parsedBody({ body }: IncomingMessage & { readonly body?: unknown }): Uint8Array | undefined {
  return body instanceof Uint8Array ? body : undefined;
}
