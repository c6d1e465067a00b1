// The adapter for node:http.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import {
  answerNode,
  assertServerOptions,
  HttpEndpoint,
  type ListenOptions,
  type ServeOptions,
  type StatefunServer,
  startServer,
} from "../adapter.js";

export type { ListenOptions, ServeOptions, ServerCloseOptions, StatefunServer } from "../adapter.js";

/** A request listener for node:http and node:https. */
export interface StatefunListener {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Takes no new calls, and resolves when the answers of those in flight have left. */
  close(): Promise<void>;
}

/** Makes a listener that serves functions, or a shared handler. Any other path is 404. Throws OPTION_INVALID. */
export function statefunListener(
  served: StatefulFunctions | RequestReplyHandler,
  options?: ServeOptions,
): StatefunListener {
  const endpoint = new HttpEndpoint(served, options);
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (answerNode(endpoint, request, response)) return;
    response.writeHead(404, { "Content-Type": "text/plain" }).end("Not found\n");
  };
  return Object.assign(listener, { close: () => endpoint.close() });
}

/** Options of {@link serve}. */
export interface ServerOptions extends ServeOptions, ListenOptions {}

/**
 * Starts a server for functions; resolves when it listens. An idle connection is kept until its client ends it, unless
 * `server.keepAliveTimeout` (milliseconds) is set. Rejects with OPTION_INVALID, and with ADDRESS_IN_USE when the port is
 * taken.
 *
 * @example
 * ```ts
 * import { serve } from "statefun-ts/node";
 * import { functions } from "./functions.js";
 *
 * const server = await serve(functions, { port: 8000 });
 * process.once("SIGTERM", () => server.close());
 * ```
 */
export async function serve(
  served: StatefulFunctions | RequestReplyHandler,
  options: ServerOptions = {},
): Promise<StatefunServer> {
  assertServerOptions(options);
  const { port, host, ...serveOptions } = options;
  const listener = statefunListener(served, serveOptions);
  return startServer(listener, () => listener.close(), { port, host });
}
