// A server with a table of routes: it finds the route that a request takes, and lets the table's owner answer.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { StatefunError } from "../../errors.js";
import { answerOptions } from "./access.js";
import type { RequestHandler } from "./answering.js";
import { type HttpServer, type ListenOptions, listen } from "./listening.js";
import { type MountedServer, type MountOptions, mount } from "./mounted.js";
import { assertQuery, targetOf } from "./request-target.js";
import { type Route, Router, routeOf } from "./router.js";

/** A request that takes a route. */
export interface RoutedRequest<R extends Route> {
  readonly route: R;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The URL of the request, from where the server is mounted on. */
  readonly url: string;
  /** The parts of the path that the request has filled in, percent-decoded. They may be empty. */
  readonly filled: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
}

/** Options of {@link listenToRoutes} and {@link mountRoutes}. */
export interface RoutedServerOptions<R extends Route> extends ListenOptions, MountOptions {
  /** The table of routes. */
  readonly routes: readonly R[];
  /** The error for a path that the table lacks. */
  notFound(parts: readonly string[]): StatefunError;
  /**
   * The headers that the request of an allowed page may have, beside the usual ones. A server without this function does not
   * answer what a browser asks before such a request.
   */
  headersOfPages?(request: IncomingMessage): readonly string[];
  /** Answers a request. An error that it throws is the answer, too. */
  answer(routed: RoutedRequest<R>): Promise<void> | void;
}

/** Starts a server for a table of routes. Rejects with ADDRESS_IN_USE when the port is taken, and with OPTION_INVALID. */
export function listenToRoutes<R extends Route>(options: RoutedServerOptions<R>): Promise<HttpServer> {
  return listen(options, routed(options));
}

/** Makes a server for a table of routes that is mounted in another server. Throws OPTION_INVALID. */
export function mountRoutes<R extends Route>(options: RoutedServerOptions<R>): MountedServer {
  return mount(options, routed(options));
}

function routed<R extends Route>(options: RoutedServerOptions<R>): RequestHandler {
  const router = new Router(options.routes);
  return (request, response, url) => {
    const { parts, query } = targetOf(url);
    const path = router.find(parts);
    if (path === undefined) throw options.notFound(parts);
    if (request.method === "OPTIONS" && options.headersOfPages !== undefined) {
      return answerOptions(response, [...path.methods, "OPTIONS"].join(", "), options.headersOfPages(request));
    }
    const route = routeOf(path, request);
    assertQuery(query, route.query);
    return options.answer({ route, request, response, url, filled: path.filled, query });
  };
}
