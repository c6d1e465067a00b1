// The HTTP ingress of the runtime: send a message, send it later, call a function and wait for the answer.

import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { bearerTokenOption } from "../../model/header-values.js";
import { type Logger, loggerOption } from "../../model/logger.js";
import {
  checked,
  defineOptions,
  nonEmptyText,
  port,
  positiveInteger,
  trueOrFalse,
  withDefault,
} from "../../model/options.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { hostsOption } from "../http/access.js";
import type { ObserveAnswer } from "../http/answering.js";
import type { HttpServer } from "../http/listening.js";
import type { MountedServer } from "../http/mounted.js";
import { headerNamesOption, RequestMetadata } from "../http/request-metadata.js";
import { listenToRoutes, mountRoutes, type RoutedRequest, type RoutedServerOptions } from "../http/routed-server.js";
import type { Route } from "../http/router.js";
import { sendJson } from "../http/sending.js";
import type { IngressAnswers } from "./api.js";
import { ManyCalls } from "./many-calls.js";
import { addressOf, keyOf, OneMessage } from "./one-message.js";
import { type RouteName, routes } from "./routes.js";
import { cancelledRuns, shownRuns } from "./runs.js";
import { isServed } from "./served.js";

/** Options of the HTTP ingress. */
export interface HttpIngressOptions {
  /**
   * Whether the ingress listens on a port of its own. With false, `runtime.handler("ingress")` answers the requests of a server of
   * yours, which answers for who reaches it. Defaults to true.
   */
  readonly listen?: boolean;
  /** The port to listen on; 0 picks a free one. Defaults to 7070. */
  readonly port?: number;
  /**
   * The address to listen on. An address that other machines reach needs a bearerToken, or allowedHosts. Defaults to
   * "127.0.0.1", which only this machine reaches.
   */
  readonly host?: string;
  /** The token that every request must send as `Authorization: Bearer <token>`. Defaults to none. */
  readonly bearerToken?: string;
  /**
   * The hosts that requests may name when there is no bearerToken, such as "statefun.internal"; "*" allows every host. An
   * IP address, localhost and the option host are always allowed. Defaults to none.
   */
  readonly allowedHosts?: readonly string[];
  /** The largest body, in bytes. Defaults to 4 MiB. */
  readonly maxBodyBytes?: number;
  /**
   * The names of headers that become metadata of the message, such as "traceparent". Headers that begin with
   * Statefun-Metadata- always do. Defaults to none.
   */
  readonly metadataHeaders?: readonly string[];
  /** Origins whose pages may call from a browser, such as "https://example.com"; "*" allows every page. Defaults to none. */
  readonly cors?: readonly string[];
  /** Takes a line for every answer with status 500. Defaults to the runtime's logger. */
  readonly logger?: Logger;
}

/** How many functions that have had a message are listed, beside those of this process. */
const mostListed = 1_000;

/** The options of the HTTP ingress. */
export const httpIngressOptions = defineOptions<HttpIngressOptions>()({
  listen: withDefault(trueOrFalse, true),
  port: withDefault(port, 7070),
  host: withDefault(nonEmptyText, "127.0.0.1"),
  bearerToken: bearerTokenOption,
  allowedHosts: withDefault(hostsOption, []),
  maxBodyBytes: withDefault(positiveInteger, 4 * 1024 * 1024),
  metadataHeaders: withDefault(headerNamesOption, []),
  cors: withDefault(
    checked("a list of origins", (input): input is readonly string[] => Array.isArray(input)),
    [],
  ),
  logger: loggerOption,
});

type Asked = RoutedRequest<IngressRoute>;

interface IngressRoute extends Route {
  answer(asked: Asked): Promise<void> | void;
}

type ReadOptions = ReturnType<typeof httpIngressOptions.read> & {
  readonly observe?: ObserveAnswer;
  /** See {@link ManyCallsParts.slowReaderMs}. */
  readonly slowReaderMs?: number;
};

/** Opens a server that takes messages for an engine. Rejects with OPTION_INVALID and ADDRESS_IN_USE. */
export function openHttpIngress(engine: EngineApi, catalog: TypeCatalog, options: ReadOptions): Promise<HttpServer> {
  return listenToRoutes(describe(engine, catalog, options));
}

/** Makes an ingress that is mounted in another server. Throws OPTION_INVALID. */
export function mountHttpIngress(engine: EngineApi, catalog: TypeCatalog, options: ReadOptions): MountedServer {
  return mountRoutes(describe(engine, catalog, options));
}

function describe(engine: EngineApi, catalog: TypeCatalog, options: ReadOptions): RoutedServerOptions<IngressRoute> {
  const metadata = new RequestMetadata(options.metadataHeaders);
  const oneMessage = new OneMessage({ engine, catalog, maxBodyBytes: options.maxBodyBytes, metadata });
  const manyCalls = new ManyCalls({ ...options, engine, catalog, metadata });
  return {
    name: "The ingress",
    option: "the option ingress.port",
    ...options,
    routes: new HttpIngress(engine, catalog, oneMessage, manyCalls).routes(),
    notFound,
    headersOfPages: (request) => metadata.asked(request),
    answer: (asked) => asked.route.answer(asked),
  };
}

/** The routes of the ingress, and what they do. */
class HttpIngress {
  readonly #engine: EngineApi;
  readonly #catalog: TypeCatalog;
  readonly #oneMessage: OneMessage;
  readonly #manyCalls: ManyCalls;
  readonly #answers: Readonly<Record<RouteName, (asked: Asked) => Promise<void>>> = {
    call: (asked) => this.#oneMessage.call(asked),
    send: (asked) => this.#oneMessage.send(asked),
    calls: (asked) => this.#manyCalls.answer(asked),
    cancel: (asked) => this.#cancel(asked),
    runs: (asked) => this.#runs(asked),
    cancelRuns: (asked) => this.#cancelRuns(asked),
    cancelRun: (asked) => this.#cancelRuns(asked),
    list: (asked) => this.#list(asked),
    head: (asked) => this.#list(asked),
  };

  constructor(engine: EngineApi, catalog: TypeCatalog, oneMessage: OneMessage, manyCalls: ManyCalls) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#oneMessage = oneMessage;
    this.#manyCalls = manyCalls;
  }

  routes(): IngressRoute[] {
    return Object.entries(routes).map(([name, route]) => ({ ...route, answer: this.#answers[name as RouteName] }));
  }

  async #cancel({ request, response, filled: { cancellationToken = "" } }: Asked): Promise<void> {
    if (cancellationToken === "") {
      throw new StatefunError("TOKEN_INVALID", "The cancellation token in the path is empty.");
    }
    if (!(await this.#engine.cancel(cancellationToken, keyOf(request)))) {
      throw new StatefunError("NOT_FOUND", `No delayed message has the cancellation token "${cancellationToken}".`);
    }
    const done: IngressAnswers["cancel"] = { status: "cancelled" };
    sendJson(response, 200, done);
  }

  async #runs(asked: Asked): Promise<void> {
    sendJson(asked.response, 200, await shownRuns(this.#engine, addressOf(asked)));
  }

  async #cancelRuns(asked: Asked): Promise<void> {
    const { response, filled, query } = asked;
    sendJson(response, 200, await cancelledRuns(this.#engine, addressOf(asked), filled.run, query.get("reason")));
  }

  async #list({ response }: Asked): Promise<void> {
    await this.#catalog.learn?.();
    // The functions that are known, and those that have had a message.
    const met = await this.#engine.functions({ limit: mostListed });
    const typeNames = new Set([...(this.#catalog.typeNames ?? []), ...met.map(({ typeName }) => typeName)]);
    const functions = [...typeNames].flatMap((typeName) => {
      const address = Address.of(typeName, "<id>");
      if (!isServed(this.#engine, address)) return [];
      const path = `${encodeURIComponent(address.namespace)}/${encodeURIComponent(address.name)}/<id>`;
      const types = this.#catalog.handled(typeName).map(({ typename }) => typename);
      return { function: typeName, types, send: `POST /send/${path}`, call: `POST /call/${path}` };
    });
    const listed: IngressAnswers["list"] = {
      functions,
      calls: "POST /calls",
      cancel: "DELETE /delayed/<cancellationToken>",
    };
    sendJson(response, 200, listed);
  }
}

function notFound(): StatefunError {
  return new StatefunError(
    "NOT_FOUND",
    "The paths are POST /send/<namespace>/<name>/<id>, POST /call/<namespace>/<name>/<id>, POST /calls, DELETE /delayed/<cancellationToken>, GET /runs/<namespace>/<name>/<id>, POST /runs/<namespace>/<name>/<id>/cancel, POST /runs/<namespace>/<name>/<id>/<run>/cancel and GET /. Write a slash inside a part as %2F.",
  );
}
