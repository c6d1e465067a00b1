// A server of node:http with the settings that an engine's connections want, and a close that loses no call.

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Duration, longestTimerMs } from "../model/duration.js";
import { listenFailure } from "../model/listen-failure.js";
import { assertKnownOptions, defineOptions, duration, port, unchecked, withDefault } from "../model/options.js";
import { serveOptions } from "./serve-options.js";

/** A server that listens. */
export interface StatefunServer {
  /** Node's server, for limits such as `maxConnections`. */
  readonly server: Server;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Finishes the calls in flight, refuses new ones, then stops listening. Calls that have not ended within the grace are cut
   * off; the engine sends them again. Rejects with OPTION_INVALID and DURATION_INVALID, and then nothing is closed.
   */
  close(options?: ServerCloseOptions): Promise<void>;
}

/** Options of {@link StatefunServer.close}. */
export interface ServerCloseOptions {
  /** How long calls in flight may take to end. Defaults to 30 seconds. */
  readonly grace?: Duration;
}

const closeOptions = defineOptions<ServerCloseOptions>()({ grace: withDefault(duration, 30_000) });

/** Where a server listens. */
export interface ListenOptions {
  /** Defaults to 8000; 0 picks a free port. */
  readonly port?: number | undefined;
  /** The address to listen on. Defaults to every address. */
  readonly host?: string | undefined;
}

const listenOptions = defineOptions<ListenOptions>()({
  port: withDefault(port, 8000),
  host: unchecked<string>(),
});

/**
 * Checks the names of the options of a host that also listens, so that a misspelt one is told with all that there are.
 * `more` are options of the host's own. Throws OPTION_INVALID.
 */
export function assertServerOptions(options: unknown, ...more: readonly string[]): void {
  const { described } = listenOptions;
  assertKnownOptions("Serving", options, [...Object.keys(described), ...Object.keys(serveOptions.described), ...more]);
}

/**
 * An idle connection lasts until its client ends it. A server that ends a connection may do so at the very moment at which
 * the engine sends a call into the connection. Node's limit of 5 seconds would also cost a timer for each call. TCP finds
 * the connections whose client is gone.
 */
const connectionSettings = { keepAliveTimeout: 0, keepAlive: true, keepAliveInitialDelay: 60_000 };

/** How long close() waits, after the last answer, for a client to finish the headers that it has begun to send. */
const lastHeadersMs = 5_000;

/**
 * Starts a server; resolves when it listens. Closing it first calls `close`, which must resolve when the answers of all
 * calls in flight have left. Rejects with OPTION_INVALID, and with ADDRESS_IN_USE when the port is taken.
 */
export async function startServer(
  listener: RequestListener,
  close: () => Promise<void>,
  options: ListenOptions = {},
): Promise<StatefunServer> {
  const { port, host } = listenOptions.read("The server", options);
  const server = createServer(connectionSettings, listener);
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
    close: async (options) => {
      const { grace: graceMs } = closeOptions.read("close", options);
      await closedWithin(graceMs, close, server);
      await stopListening(server);
    },
  };
}

/** Waits for `close`, and cuts the connections off when that takes too long: a handler may never end. */
async function closedWithin(graceMs: number, close: () => Promise<void>, server: Server): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    limit = setTimeout(
      () => {
        server.closeAllConnections();
        resolve();
      },
      Math.min(graceMs, longestTimerMs),
    );
  });
  await Promise.race([close(), over]);
  clearTimeout(limit);
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // No call is left, but a client may have begun to send headers. Node no longer limits the time for them once a server closes.
    const limit = setTimeout(() => server.closeAllConnections(), lastHeadersMs);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    // A connection counts as idle only after the turn of the event loop in which its answer left.
    setImmediate(() => server.closeIdleConnections());
  });
}
