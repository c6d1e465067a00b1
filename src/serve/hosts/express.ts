// The adapter for Express, and for every host whose middleware takes (request, response, next) as Express's does.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { answerNode, HttpEndpoint, type ServeOptions } from "../adapter.js";

export type { ServeOptions } from "../adapter.js";

/** A middleware of the (request, response, next) form. */
export interface StatefunRequestHandler {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Takes no new calls, and resolves when the answers of those in flight have left. */
  close(): Promise<void>;
}

/**
 * Makes a middleware that serves functions, or a shared handler, below the path where it is mounted. A request with another
 * path goes on to the next middleware. Throws OPTION_INVALID.
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
export function statefun(
  served: StatefulFunctions | RequestReplyHandler,
  options?: ServeOptions,
): StatefunRequestHandler {
  const endpoint = new HttpEndpoint(served, options);
  const middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => {
    if (!answerNode(endpoint, request, response)) next();
  };
  return Object.assign(middleware, { close: () => endpoint.close() });
}
