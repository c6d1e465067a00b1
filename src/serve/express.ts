// The adapter for Express, and for every host whose middleware takes (request, response, next) as Express's does.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestReplyHandler } from "../functions/request-reply.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import { type HttpAnswer, HttpEndpoint, type HttpRequest, type ServeOptions } from "./endpoint.js";
import { hasUnreadBody, requestOf } from "./node-request.js";
import { isPath } from "./path.js";

export type { ServeOptions } from "./endpoint.js";

/** A middleware of the (request, response, next) form. */
export interface StatefunMiddleware {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Takes no new calls, and resolves when the answers of those in flight have left. */
  close(): Promise<void>;
}

/**
 * Makes a middleware that serves functions, or a shared handler, below wherever it is mounted, and hands on every other
 * path. Throws OPTION_INVALID.
 */
export function statefun(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): StatefunMiddleware {
  const endpoint = new HttpEndpoint(served, options);
  const middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => {
    const path = request.url?.split("?", 1)[0];
    if (isPath(path, endpoint.path)) {
      endpoint.answer(parsedRequestOf(request, response)).then((answer) => send(request, response, answer));
    } else if (isPath(path, endpoint.healthPath)) send(request, response, endpoint.health());
    else next();
  };
  return Object.assign(middleware, { close: () => endpoint.close() });
}

/** Sends an answer, unless another middleware (a timeout, say) already did. */
function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  if (response.headersSent) return;
  const closing = hasUnreadBody(request) ? { Connection: "close" } : {};
  response.writeHead(status, { ...headers, ...closing, "Content-Length": body.length });
  response.end(body);
}

/** A body parser that keeps the bytes, as express.raw() does, leaves them here. */
function parsedRequestOf(
  request: IncomingMessage & { readonly body?: unknown },
  response: ServerResponse,
): HttpRequest {
  const { body } = request;
  if (!(body instanceof Uint8Array)) return requestOf(request, response);
  return { ...requestOf(request, response), body: async () => body };
}
