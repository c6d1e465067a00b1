// The runtime's own HTTP ingress: send a message, send it later, call and wait for the answer.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { longestTimerMs } from "../../model/duration.js";
import type { Logger } from "../../model/logger.js";
import { assertKnownOptions } from "../../model/options.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { answerOptions, assertBearer, assertBearerToken, assertOrigin } from "../http/access.js";
import { bodyReader } from "../http/body-value.js";
import { assertQuery, parseSpan, type RequestTarget, readBody, targetOf } from "../http/request.js";
import { assertMethod, type HttpServer, listen, sendJson } from "../http/server.js";
import { sendValue } from "../http/value-answer.js";

/** Options of the HTTP ingress. */
export interface HttpIngressOptions {
  /** Defaults to 7070; 0 picks a free port. */
  readonly port?: number;
  /** The address to listen on. Defaults to "127.0.0.1": this machine only. */
  readonly host?: string;
  /** A bearer token that every request must have. Defaults to none. */
  readonly bearerToken?: string;
  /** The largest body, in bytes. Defaults to 4 MiB. */
  readonly maxBodyBytes?: number;
  /** Origins whose pages may call from a browser, such as "https://example.com"; "*" is all. Defaults to none. */
  readonly cors?: readonly string[];
  /** Takes a line for every answer with status 500. Defaults to stderr. */
  readonly logger?: Logger;
}

export const httpIngressOptionNames = ["port", "host", "bearerToken", "maxBodyBytes", "cors", "logger"] as const;

const accepted = { status: "accepted" };
const keyPattern = /^[\x20-\x7e]{1,256}$/;

/** A server that takes messages for an engine. */
export class HttpIngress {
  readonly #engine: EngineApi;
  readonly #catalog: TypeCatalog;
  readonly #find = (typename: string) => this.#catalog.find(typename);
  readonly #bearerToken: string | undefined;
  readonly #maxBodyBytes: number;
  readonly #cors: readonly string[];
  #server!: HttpServer;

  private constructor(engine: EngineApi, catalog: TypeCatalog, options: HttpIngressOptions) {
    const { bearerToken, maxBodyBytes = 4 * 1024 * 1024, cors = [] } = options;
    if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes <= 0) {
      throw new StatefunError("OPTION_INVALID", `maxBodyBytes is ${maxBodyBytes}; it must be a whole number above 0.`);
    }
    assertBearerToken("the ingress", bearerToken);
    if (!Array.isArray(cors)) throw new StatefunError("OPTION_INVALID", "cors must be a list of origins.");
    this.#engine = engine;
    this.#catalog = catalog;
    this.#bearerToken = bearerToken;
    this.#maxBodyBytes = maxBodyBytes;
    this.#cors = cors;
  }

  /** Starts to listen. Rejects with ADDRESS_IN_USE when the port is taken, and with OPTION_INVALID. */
  static async open(engine: EngineApi, catalog: TypeCatalog, options: HttpIngressOptions = {}): Promise<HttpIngress> {
    assertKnownOptions("The ingress", options, httpIngressOptionNames);
    const ingress = new HttpIngress(engine, catalog, options);
    const { port = 7070, host, logger } = options;
    ingress.#server = await listen(
      { name: "The ingress", option: "the option ingress.port", port, host, logger },
      (request, response) => ingress.#answer(request, response),
    );
    return ingress;
  }

  /** The port it listens on. */
  get port(): number {
    return this.#server.port;
  }

  /** Where it listens, for people. */
  get url(): string {
    return this.#server.url;
  }

  /** Takes no new requests, and resolves when those in flight are answered, or cut off after `graceMs`. */
  close(graceMs: number): Promise<void> {
    return this.#server.close(graceMs);
  }

  #answer(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    assertOrigin(request, response, this.#cors);
    const target = targetOf(request.url as string);
    const [what] = target.parts;
    const methods = methodsOf[what ?? ""];
    if (methods === undefined) throw notFound();
    if (request.method === "OPTIONS") return answerOptions(response, [...methods, "OPTIONS"].join(", "));
    assertMethod(request, ...methods);
    assertBearer(request, this.#bearerToken);
    switch (what) {
      case "call":
        return this.#call(request, response, target);
      case "send":
        return this.#send(request, response, target);
      case "delayed":
        return this.#cancel(response, target);
      default:
        return this.#list(response);
    }
  }

  async #call(request: IncomingMessage, response: ServerResponse, target: RequestTarget): Promise<void> {
    assertQuery(target, ["handler", "type", "timeout"]);
    const address = addressOf(target);
    const timeout = target.query.get("timeout");
    const timeoutMs = timeout === undefined ? undefined : timeoutOf(timeout);
    const value = await this.#value(request, target, address);
    const gone = new AbortController();
    const stop = () => gone.abort();
    response.on("close", stop);
    try {
      const options = { ...keyOf(request), ...(timeoutMs === undefined ? {} : { timeoutMs }), signal: gone.signal };
      const answer = await this.#engine.call(address, value, options);
      sendValue(this.#find, request, response, answer);
    } catch (error) {
      if (!gone.signal.aborted) throw error; // else nobody is left to be told
    } finally {
      response.off("close", stop);
    }
  }

  async #send(request: IncomingMessage, response: ServerResponse, target: RequestTarget): Promise<void> {
    assertQuery(target, ["handler", "type", "delay", "cancellationToken"]);
    const address = addressOf(target);
    const { query } = target;
    const delay = query.get("delay");
    const cancellationToken = query.get("cancellationToken");
    if (cancellationToken !== undefined && delay === undefined) {
      throw new StatefunError(
        "OPTION_INVALID",
        "A cancellationToken withdraws a delayed message. Give a delay as well.",
      );
    }
    const delayMs = delay === undefined ? undefined : parseSpan("delay", "DELAY_INVALID", delay);
    const value = await this.#value(request, target, address);
    await this.#engine.send(address, value, {
      ...keyOf(request),
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(cancellationToken === undefined ? {} : { cancellationToken }),
    });
    sendJson(response, 202, accepted);
  }

  /** All that can be wrong with a request is said before its body is read. */
  async #value(request: IncomingMessage, target: RequestTarget, address: Address): Promise<TypedValue> {
    const { namespace, name, typeName } = address;
    if (!this.#engine.serves(namespace, name)) {
      throw new StatefunError("FUNCTION_UNKNOWN", `There is no function ${typeName} here. GET / lists what there is.`);
    }
    const read = bodyReader(this.#catalog, typeName, request, target);
    return read(await readBody(request, this.#maxBodyBytes));
  }

  async #cancel(response: ServerResponse, target: RequestTarget): Promise<void> {
    assertQuery(target, []);
    const [, cancellationToken, ...more] = target.parts;
    if (cancellationToken === undefined || more.length > 0) throw notFound();
    if (cancellationToken === "")
      throw new StatefunError("TOKEN_INVALID", "The cancellation token in the path is empty.");
    if (!(await this.#engine.cancel(cancellationToken))) {
      throw new StatefunError("NOT_FOUND", `No delayed message has the cancellation token "${cancellationToken}".`);
    }
    sendJson(response, 200, { status: "cancelled" });
  }

  #list(response: ServerResponse): void {
    // Those of this process, and those elsewhere that have had a message.
    const met = this.#engine.functions().map(({ typeName }) => typeName);
    const typeNames = new Set([...(this.#catalog.typeNames ?? []), ...met]);
    const functions = [...typeNames].flatMap((typeName) => {
      const address = Address.of(typeName, "<id>");
      if (!this.#engine.serves(address.namespace, address.name)) return [];
      const path = `${encodeURIComponent(address.namespace)}/${encodeURIComponent(address.name)}/<id>`;
      const types = this.#catalog.handled(typeName).map(({ typename }) => typename);
      return { function: typeName, types, send: `POST /send/${path}`, call: `POST /call/${path}` };
    });
    sendJson(response, 200, { functions, cancel: "DELETE /delayed/<cancellationToken>" });
  }
}

/** The methods of each path, by its first part. */
const methodsOf: Readonly<Record<string, readonly string[]>> = Object.assign(Object.create(null), {
  "": ["GET", "HEAD"],
  call: ["POST"],
  send: ["POST"],
  delayed: ["DELETE"],
});

function notFound(): StatefunError {
  return new StatefunError(
    "NOT_FOUND",
    "There is POST /send/<namespace>/<name>/<id>, POST /call/<namespace>/<name>/<id>, DELETE /delayed/<cancellationToken> and GET /. A slash inside a part is written %2F.",
  );
}

/** Throws NOT_FOUND, TYPE_NAME_INVALID and ID_MISSING. */
function addressOf({ parts }: RequestTarget): Address {
  if (parts.length !== 4) throw notFound();
  const [, namespace, name, id] = parts as [string, string, string, string];
  if (namespace === "" || name === "" || name.includes("/")) {
    throw new StatefunError(
      "TYPE_NAME_INVALID",
      `"${namespace}" and "${name}" are no namespace and name: neither is empty, and a name holds no slash.`,
    );
  }
  if (id === "") throw new StatefunError("ID_MISSING", `The path names no id of ${namespace}/${name}.`);
  return new Address(namespace, name, id);
}

/** Throws OPTION_INVALID. */
function keyOf({ headers }: IncomingMessage): { idempotencyKey?: string } {
  const key = headers["idempotency-key"] as string | undefined;
  if (key === undefined) return {};
  if (keyPattern.test(key)) return { idempotencyKey: key };
  throw new StatefunError("OPTION_INVALID", "The Idempotency-Key must have 1 to 256 characters of printable ASCII.");
}

/** Throws DURATION_INVALID. */
function timeoutOf(text: string): number {
  const ms = parseSpan("timeout", "DURATION_INVALID", text);
  if (ms > 0 && ms <= longestTimerMs) return ms;
  throw new StatefunError("DURATION_INVALID", `timeout is ${text}; it must be more than 0 and less than 25 days.`);
}
