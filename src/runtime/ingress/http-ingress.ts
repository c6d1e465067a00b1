// The HTTP ingress of the runtime: send a message, send it later, call a function and wait for the answer.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { CallOptions, EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { addressOfHeader, bearerTokenOption, fromHeader, idempotencyKeyOption } from "../../model/header-values.js";
import { assertOneTime, assertTokenHasTime, parseInstant } from "../../model/instant.js";
import { type Logger, loggerOption } from "../../model/logger.js";
import { checked, defineOptions, nonEmptyText, port, positiveInteger, withDefault } from "../../model/options.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { hostsOption } from "../http/access.js";
import { bodyReader } from "../http/body-value.js";
import { readBody } from "../http/request-body.js";
import { headerNamesOption, RequestMetadata } from "../http/request-metadata.js";
import { parseDuration } from "../http/request-target.js";
import { listenToRoutes, type RoutedRequest } from "../http/routed-server.js";
import type { Route } from "../http/router.js";
import { type HttpServer, type ObserveAnswer, sendJson, sendNothing } from "../http/server.js";
import { sendValue } from "../http/value-answer.js";
import { keyLifetimeOf, timeoutOf } from "./durations.js";
import { ManyCalls } from "./many-calls.js";
import { cancelledRuns, shownRuns } from "./runs.js";
import { assertServed, isServed } from "./served.js";

/** Options of the HTTP ingress. */
export interface HttpIngressOptions {
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How long the key of a request must be remembered, for clients whose retries end soon. */
const keyLifetimeHeader = "idempotency-key-lifetime";

const accepted = { status: "accepted" };

/** Opens a server that takes messages for an engine. Rejects with OPTION_INVALID and ADDRESS_IN_USE. */
export function openHttpIngress(
  engine: EngineApi,
  catalog: TypeCatalog,
  options: ReturnType<typeof httpIngressOptions.read> & {
    readonly observe?: ObserveAnswer;
    /** See {@link ManyCallsParts.slowReaderMs}. */
    readonly slowReaderMs?: number;
  },
): Promise<HttpServer> {
  const metadata = new RequestMetadata(options.metadataHeaders);
  const manyCalls = new ManyCalls({ ...options, engine, catalog, metadata });
  return listenToRoutes({
    name: "The ingress",
    option: "the option ingress.port",
    ...options,
    routes: new HttpIngress(engine, catalog, options.maxBodyBytes, metadata, manyCalls).routes,
    notFound,
    headersOfPages: (request) => metadata.asked(request),
    answer: (asked) => asked.route.answer(asked),
  });
}

/** The routes of the ingress, and what they do. */
class HttpIngress {
  readonly #engine: EngineApi;
  readonly #catalog: TypeCatalog;
  readonly #maxBodyBytes: number;
  readonly #metadata: RequestMetadata;
  readonly #manyCalls: ManyCalls;
  readonly routes: readonly IngressRoute[] = [
    {
      method: "POST",
      path: "/call/:namespace/:name/:id",
      query: ["handler", "type", "timeout"],
      answer: (asked) => this.#call(asked),
    },
    {
      method: "POST",
      path: "/send/:namespace/:name/:id",
      query: ["handler", "type", "delay", "at", "cancellationToken"],
      answer: (asked) => this.#send(asked),
    },
    { method: "POST", path: "/calls", query: [], answer: (asked) => this.#manyCalls.answer(asked) },
    { method: "DELETE", path: "/delayed/:cancellationToken", query: [], answer: (asked) => this.#cancel(asked) },
    { method: "GET", path: "/runs/:namespace/:name/:id", query: [], answer: (asked) => this.#runs(asked) },
    {
      method: "POST",
      path: "/runs/:namespace/:name/:id/cancel",
      query: ["reason"],
      answer: (asked) => this.#cancelRuns(asked),
    },
    {
      method: "POST",
      path: "/runs/:namespace/:name/:id/:run/cancel",
      query: ["reason"],
      answer: (asked) => this.#cancelRuns(asked),
    },
    { method: "GET", path: "/", query: [], answer: (asked) => this.#list(asked) },
    { method: "HEAD", path: "/", query: [], answer: (asked) => this.#list(asked) },
  ];

  constructor(
    engine: EngineApi,
    catalog: TypeCatalog,
    maxBodyBytes: number,
    metadata: RequestMetadata,
    manyCalls: ManyCalls,
  ) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#maxBodyBytes = maxBodyBytes;
    this.#metadata = metadata;
    this.#manyCalls = manyCalls;
  }

  async #call(asked: Asked): Promise<void> {
    const { request, response, query } = asked;
    const address = addressOf(asked);
    const timeout = query.get("timeout");
    const timeoutMs = timeout === undefined ? undefined : timeoutOf(timeout);
    const gone = goneOf(request);
    // Many clients may wait for long, so the function that waits must not hold the value.
    const begin = (value: TypedValue) => {
      const options: Mutable<CallOptions> = keyOf(request);
      const from = fromOf(request);
      if (from !== undefined) options.from = from;
      if (timeoutMs !== undefined) options.timeoutMs = timeoutMs;
      options.signal = gone;
      return this.#engine.call(address, value, options);
    };
    try {
      const answer = await this.#value(asked, address).then(begin);
      if (answer === undefined) sendNothing(response);
      else sendValue(this.#catalog.find, request, response, answer);
    } catch (error) {
      if (!gone.aborted) throw error; // a client that has left takes no answer
    }
  }

  async #send(asked: Asked): Promise<void> {
    const { request, response, query } = asked;
    const address = addressOf(asked);
    const delay = query.get("delay");
    const cancellationToken = query.get("cancellationToken");
    const at = query.get("at");
    assertOneTime("The request", delay, at);
    assertTokenHasTime(cancellationToken, delay, at);
    const atMs = at === undefined ? undefined : parseInstant(at, "at");
    const delayMs = delay === undefined ? undefined : parseDuration("delay", "DELAY_INVALID", delay);
    const value = await this.#value(asked, address);
    await this.#engine.send(address, value, {
      ...keyOf(request),
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(atMs === undefined ? {} : { atMs }),
      ...(cancellationToken === undefined ? {} : { cancellationToken }),
    });
    sendJson(response, 202, accepted);
  }

  /** Reads the message. Everything that can be wrong with the rest of the request is checked before the body is read. */
  async #value({ request, query }: Asked, address: Address): Promise<TypedValue> {
    assertServed(this.#engine, address);
    const read = bodyReader(this.#catalog, address.typeName, request, query);
    const metadata = this.#metadata.of(request);
    return read(await readBody(request, this.#maxBodyBytes)).withMetadata(metadata);
  }

  async #cancel({ request, response, filled: { cancellationToken = "" } }: Asked): Promise<void> {
    if (cancellationToken === "") {
      throw new StatefunError("TOKEN_INVALID", "The cancellation token in the path is empty.");
    }
    if (!(await this.#engine.cancel(cancellationToken, keyOf(request)))) {
      throw new StatefunError("NOT_FOUND", `No delayed message has the cancellation token "${cancellationToken}".`);
    }
    sendJson(response, 200, { status: "cancelled" });
  }

  async #runs(asked: Asked): Promise<void> {
    sendJson(asked.response, 200, await shownRuns(this.#engine, addressOf(asked)));
  }

  async #cancelRuns(asked: Asked): Promise<void> {
    const { response, filled, query } = asked;
    sendJson(response, 200, await cancelledRuns(this.#engine, addressOf(asked), filled.run, query.get("reason")));
  }

  async #list({ response }: Asked): Promise<void> {
    // The functions of this process, and those elsewhere that have had a message.
    const met = await this.#engine.functions({ limit: mostListed });
    const typeNames = new Set([...(this.#catalog.typeNames ?? []), ...met.map(({ typeName }) => typeName)]);
    const functions = [...typeNames].flatMap((typeName) => {
      const address = Address.of(typeName, "<id>");
      if (!isServed(this.#engine, address)) return [];
      const path = `${encodeURIComponent(address.namespace)}/${encodeURIComponent(address.name)}/<id>`;
      const types = this.#catalog.handled(typeName).map(({ typename }) => typename);
      return { function: typeName, types, send: `POST /send/${path}`, call: `POST /call/${path}` };
    });
    sendJson(response, 200, { functions, calls: "POST /calls", cancel: "DELETE /delayed/<cancellationToken>" });
  }
}

/** The signals of the connections whose clients have called. */
const connections = new WeakMap<Socket, AbortSignal>();

/** A signal that aborts when the client has left. The calls of one connection share it, because a signal is costly to make. */
function goneOf({ socket }: IncomingMessage): AbortSignal {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const gone = new AbortController();
  connections.set(socket, gone.signal);
  socket.once("close", () => gone.abort());
  return gone.signal;
}

function notFound(): StatefunError {
  return new StatefunError(
    "NOT_FOUND",
    "The paths are POST /send/<namespace>/<name>/<id>, POST /call/<namespace>/<name>/<id>, POST /calls, DELETE /delayed/<cancellationToken>, GET /runs/<namespace>/<name>/<id>, POST /runs/<namespace>/<name>/<id>/cancel, POST /runs/<namespace>/<name>/<id>/<run>/cancel and GET /. Write a slash inside a part as %2F.",
  );
}

/** Throws TYPE_NAME_INVALID and ID_MISSING. */
function addressOf({ filled: { namespace = "", name = "", id = "" } }: Asked): Address {
  if (namespace === "" || name === "" || name.includes("/")) {
    throw new StatefunError(
      "TYPE_NAME_INVALID",
      `The path has the namespace "${namespace}" and the name "${name}". Neither may be empty, and a name holds no slash.`,
    );
  }
  if (id === "") throw new StatefunError("ID_MISSING", `The path has no id for ${namespace}/${name}.`);
  return new Address(namespace, name, id);
}

/** Throws OPTION_INVALID and DURATION_INVALID. */
function keyOf({ headers }: IncomingMessage): { idempotencyKey?: string; keyLifetimeMs?: number } {
  const key = idempotencyKeyOption(headers["idempotency-key"] as string | undefined, "Idempotency-Key", "The request");
  if (key === undefined) return {};
  const lifetime = headers[keyLifetimeHeader] as string | undefined;
  return lifetime === undefined
    ? { idempotencyKey: key }
    : { idempotencyKey: key, keyLifetimeMs: keyLifetimeOf("Idempotency-Key-Lifetime", lifetime) };
}

/** The address whose handler waits for the answer. Throws OPTION_INVALID. */
function fromOf({ headers }: IncomingMessage): Address | undefined {
  const text = headers[fromHeader] as string | undefined;
  return text === undefined ? undefined : addressOfHeader(text);
}
