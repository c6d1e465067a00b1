// The admin server: shows an engine and changes it, over HTTP, on a port of its own.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { bearerTokenOption } from "../../model/header-values.js";
import { type Logger, loggerOption } from "../../model/logger.js";
import { defineOptions, nonEmptyText, port, withDefault } from "../../model/options.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { assertQuery, targetOf } from "../http/request-target.js";
import { Router, routeOf } from "../http/router.js";
import { type HttpServer, listen, sendBody, sendJson } from "../http/server.js";
import { answers } from "./answers.js";
import { Metrics } from "./metrics.js";
import { type AdminRoute, type RouteName, routes } from "./routes.js";

/** Options of the admin server. */
export interface AdminOptions {
  /** The port to listen on; 0 picks a free one. Defaults to 7071. */
  readonly port?: number;
  /** The address to listen on. An address that other machines reach needs a bearerToken. Defaults to "127.0.0.1". */
  readonly host?: string;
  /** The token that every request must send as `Authorization: Bearer <token>`, except for a health check. Defaults to none. */
  readonly bearerToken?: string;
  /** Takes a line for every answer with status 500. Defaults to the runtime's logger. */
  readonly logger?: Logger;
}

/** The options of the admin server. */
export const adminOptions = defineOptions<AdminOptions>()({
  port: withDefault(port, 7071),
  host: withDefault(nonEmptyText, "127.0.0.1"),
  bearerToken: bearerTokenOption,
  logger: loggerOption,
});

interface NamedRoute extends AdminRoute {
  readonly name: RouteName;
}

const router = new Router<NamedRoute>(
  Object.entries(routes).map(([name, route]) => ({ ...route, name: name as RouteName })),
);

/** Serves the health, metrics, functions, addresses and states of one engine, and the changes that people make to them. */
export class AdminServer {
  readonly #engine: EngineApi;
  readonly #catalog: TypeCatalog;
  readonly #metrics: Metrics;
  #server!: HttpServer;

  private constructor(engine: EngineApi, catalog: TypeCatalog) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#metrics = new Metrics(engine);
  }

  /** Starts to listen. Rejects with OPTION_INVALID and ADDRESS_IN_USE. */
  static async open(engine: EngineApi, catalog: TypeCatalog, options?: AdminOptions): Promise<AdminServer> {
    const { port, host, bearerToken, logger } = adminOptions.read("The admin server", options);
    const admin = new AdminServer(engine, catalog);
    admin.#server = await listen(
      {
        name: "The admin server",
        option: "the option admin.port",
        port,
        host,
        bearerToken,
        openPaths: ["/health"], // A load balancer has no token.
        logger,
      },
      (request, response) => admin.#answer(request, response),
    );
    return admin;
  }

  /** The port that the server listens on. */
  get port(): number {
    return this.#server.port;
  }

  /** The URL that the server listens on, for people: "http://127.0.0.1:7071". */
  get url(): string {
    return this.#server.url;
  }

  /** Refuses new requests; resolves when those in flight are answered, or cut off after `graceMs`. */
  close(graceMs: number): Promise<void> {
    return this.#server.close(graceMs);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { parts, query } = targetOf(request.url as string);
    const path = router.find(parts);
    if (path === undefined || Object.values(path.filled).includes("")) throw notFound(parts);
    const route = routeOf(path, request);
    assertQuery(query, route.query);
    if (route.name === "metrics") {
      const { contentType, text } = await this.#metrics.read();
      return sendBody(response, 200, contentType, text);
    }
    const asked = { engine: this.#engine, catalog: this.#catalog, filled: path.filled, query, request };
    const { status, body } = await answers[route.name](asked);
    sendJson(response, status, body);
  }
}

function notFound(parts: readonly string[]): StatefunError {
  return new StatefunError(
    "NOT_FOUND",
    `The admin server has no path ${JSON.stringify(`/${parts.join("/")}`)}. Write a slash inside a part as %2F.`,
  );
}
