// The admin server: look into an engine and mend it over HTTP, on a port of its own.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { Logger } from "../../model/logger.js";
import { assertKnownOptions } from "../../model/options.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { assertQuery, targetOf } from "../http/request.js";
import { assertMethod, type HttpServer, listen, sendBody, sendJson } from "../http/server.js";
import { Access } from "./access.js";
import { type Asked, answers } from "./answers.js";
import { Metrics } from "./metrics.js";
import { matchesOf } from "./routes.js";

/** Options of an {@link AdminServer}. */
export interface AdminOptions {
  /** 0 picks a free port. Defaults to 7071. */
  readonly port?: number | undefined;
  /** The address to listen on. Defaults to "127.0.0.1"; one that other machines reach needs a token. */
  readonly host?: string | undefined;
  /** The bearer token that every request but a health check must have. Defaults to none. */
  readonly bearerToken?: string | undefined;
  /** Takes a line for every answer with status 500. Defaults to stderr. */
  readonly logger?: Logger | undefined;
}

/** Serves health, metrics, functions, addresses and states of one engine, and changes them when it is told to. */
export class AdminServer {
  readonly #engine: EngineApi;
  readonly #catalog: TypeCatalog;
  readonly #access: Access;
  readonly #metrics: Metrics;
  #server!: HttpServer;

  private constructor(engine: EngineApi, catalog: TypeCatalog, access: Access) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#access = access;
    this.#metrics = new Metrics(engine);
  }

  /**
   * Starts the server. Rejects with ADDRESS_IN_USE when the port is taken, and with OPTION_INVALID, for example when the
   * server would be open to others without a token.
   */
  static async open(engine: EngineApi, catalog: TypeCatalog, options: AdminOptions = {}): Promise<AdminServer> {
    assertKnownOptions("The admin server", options, ["port", "host", "bearerToken", "logger"]);
    const { port = 7071, host = "127.0.0.1", bearerToken, logger } = options;
    const admin = new AdminServer(engine, catalog, new Access(host, bearerToken));
    admin.#server = await listen(
      { name: "The admin server", option: "the option admin.port", port, host, logger },
      (request, response) => admin.#answer(request, response),
    );
    return admin;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Where it listens, for people: "http://127.0.0.1:7071". */
  get url(): string {
    return this.#server.url;
  }

  /** Takes no new requests, and resolves when those in flight are answered, or cut off after `graceMs`. */
  close(graceMs: number): Promise<void> {
    return this.#server.close(graceMs);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request.url as string);
    const isHealth = target.parts.length === 1 && target.parts[0] === "health";
    // A load balancer that asks for the health has no token; it learns no more than that.
    if (!isHealth) this.#access.assertAllowed(request, response);
    const matches = matchesOf(target.parts);
    assertMethod(request, ...matches.map(({ route }) => route.method));
    const match = matches.find(({ route }) => route.method === request.method);
    if (match === undefined) throw new StatefunError("NOT_FOUND", "There is nothing at this path.");
    assertQuery(target, match.route.query);
    if (match.name === "metrics") {
      const { contentType, text } = await this.#metrics.read();
      return sendBody(response, 200, contentType, text);
    }
    const asked: Asked = {
      engine: this.#engine,
      catalog: this.#catalog,
      filled: match.filled,
      target,
      request,
    };
    const { status, body } = await answers[match.name](asked);
    sendJson(response, status, body);
  }
}
