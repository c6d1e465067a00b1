// The adapter for node:http.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { listenFailure } from "../../model/listen-failure.js";
import { assertKnownOptions } from "../../model/options.js";
import { CallRequest } from "../call-request.js";
import { type ServeOptions, serveOptionNames } from "../endpoint.js";
import { statefun } from "./express.js";

export type { ServeOptions } from "../endpoint.js";

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
  const middleware = statefun(served, options);
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    middleware(request, response, () => response.writeHead(404, { "Content-Type": "text/plain" }).end("Not found\n"));
  };
  return Object.assign(listener, { close: () => middleware.close() });
}

/** A server that {@link serve} started. */
export interface StatefunServer {
  readonly server: Server;
  /** The port it listens on. */
  readonly port: number;
  /** Finishes the calls in flight, refuses new ones, then stops listening. */
  close(): Promise<void>;
}

/** Options of {@link serve}. */
export interface ServerOptions extends ServeOptions {
  /** Defaults to 8000; 0 picks a free port. */
  readonly port?: number;
  /** The address to listen on. Defaults to every address. */
  readonly host?: string;
}

/**
 * Connections last until the engine, or its proxy, ends them: one that the server ends may just have been given a call. A
 * limit, as Node has one of 5 seconds, would also cost every call a timer. TCP finds out about those that are gone.
 */
const lasting = { keepAliveTimeout: 0, keepAlive: true, keepAliveInitialDelay: 60_000 };

/** How long a head that is on its way when the last call has been answered is waited for. */
const lastHeadMs = 5_000;

/**
 * Starts a server for functions; resolves when it listens. An idle connection is kept until its client ends it, unless
 * `server.keepAliveTimeout` (milliseconds) is set. Rejects with ADDRESS_IN_USE when the port is taken,
 * and with OPTION_INVALID.
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
  assertKnownOptions("serve", options, ["port", "host", ...serveOptionNames]);
  const { port = 8000, host, ...serveOptions } = options;
  const listener = statefunListener(served, serveOptions);
  const server = createServer({ ...lasting, IncomingMessage: CallRequest }, listener);
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) =>
      reject(listenFailure({ name: "The server", host, port, option: "the option port" }, error));
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await listener.close();
      await new Promise<void>((resolve) => {
        // No call is left, but a server that closes no longer looks at heads that are begun and never come to their end.
        const timer = setTimeout(() => server.closeAllConnections(), lastHeadMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        // A connection counts as idle only after the turn in which its answer left.
        setImmediate(() => server.closeIdleConnections());
      });
    },
  };
}
