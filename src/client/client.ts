// A client of the runtime's HTTP ingress, checked by the compiler against the classes of the functions.

import { StatefunError } from "../errors.js";
import { addressHeader, fromHeader } from "../model/header-values.js";
import { httpUrlProblem } from "../model/http-url.js";
import { type Metadata } from "../model/metadata.js";
import { expectCalls, waitingHandler } from "../model/running-handler.js";
import { assertPacked, type TypedValue } from "../model/typed-value.js";
import { encodeMetadataHeader, metadataHeader } from "../types/metadata-header.js";
import {
  type ClientCallOptions,
  type ClientCancelOptions,
  type ClientOptions,
  type ClientSendOptions,
  callOptions,
  cancelOptions,
  clientOptions,
  sendOptions,
} from "./client-options.js";
import { type ClientSettings, type HttpAnswer, type HttpCall, send } from "./http-call.js";
import { type Body, bodyOf, octetStream, packedAnswer, plainAnswer } from "./message-body.js";
import { pathOf, pathPart } from "./path.js";
import type { Ref, Sender } from "./plain-types.js";

/**
 * Makes a client of the ingress at this URL, such as "http://localhost:7070". Throws OPTION_INVALID and DURATION_INVALID.
 *
 * @example
 * ```ts
 * import { connect } from "statefun-ts/client";
 * import type { Count } from "./functions.js"; // only the type: none of the functions' code is loaded
 *
 * const client = connect("http://localhost:7070");
 *
 * export async function add(name: string, amount: number): Promise<number> {
 *   return client.ref<Count>("example/count", name).add(amount);
 * }
 * ```
 */
export function connect(url: string, options: ClientOptions = {}): Client {
  const { fetch = globalThis.fetch, timeout, ...settings } = clientOptions.read("connect", options);
  expectCalls();
  const problem = httpUrlProblem(url) ?? (/[?#]/.test(url) ? "it holds a query or a fragment" : undefined);
  if (problem !== undefined) {
    // The URL is not shown, since it may hold a password.
    throw new StatefunError(
      "OPTION_INVALID",
      `The URL is not that of an ingress: ${problem}. Write http://localhost:7070.`,
    );
  }
  return new Client({
    ...settings,
    url: url.replace(/\/+$/, ""),
    timeoutMs: timeout,
    // A browser's fetch throws when its `this` is another object than the window.
    fetch: (input, init) => fetch(input, init),
  });
}

/** Calls functions, sends messages to functions, and withdraws delayed messages. Made by {@link connect}. */
export class Client {
  readonly #settings: ClientSettings;

  /** @internal */
  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /**
   * Returns a function instance to call. It has the methods of the function's class F: `client.ref<Greeter>(
   * "example/greeter", "bob").greet({ name: "Bob" })`. Throws TYPE_NAME_INVALID, ID_MISSING and VALUE_INVALID. A call
   * rejects with the TerminalError of the function, with the code that the runtime answered, with CLIENT_FAILED, ANSWER_TIMEOUT, OPTION_INVALID, DURATION_INVALID
   * or VALUE_INVALID, or with the reason of the signal.
   */
  ref<F>(typeName: string, id: string): Ref<F> {
    const address = pathOf(typeName, id);
    return methods((method, message, options) =>
      this.#call(address, bodyOf(message, method), options).then(plainAnswer),
    ) as Ref<F>;
  }

  /**
   * Returns the same function instance, to send messages to: a method resolves when the runtime has stored the message.
   *
   * @example
   * ```ts
   * import { connect } from "statefun-ts/client";
   * import type { Count } from "./functions.js";
   *
   * const counter = connect("http://localhost:7070").sender<Count>("example/count", "bob");
   *
   * export const addLater = (amount: number) =>
   *   counter.add(amount, { delay: { hours: 2 }, cancellationToken: "add-bob" });
   * ```
   */
  sender<F>(typeName: string, id: string): Sender<F> {
    const address = pathOf(typeName, id);
    return methods((method, message, options) => this.#send(address, bodyOf(message, method), options)) as Sender<F>;
  }

  /**
   * Calls with a packed value, and resolves to the packed answer, or to undefined when the handler ended without a value.
   * Rejects as the calls of {@link ref} do.
   */
  async call(
    typeName: string,
    id: string,
    value: TypedValue,
    options?: ClientCallOptions,
  ): Promise<TypedValue | undefined> {
    assertPacked(value);
    const body = { ...bodyOf(value, ""), accept: octetStream };
    return packedAnswer(await this.#call(pathOf(typeName, id), body, options));
  }

  /** Sends a packed value, and resolves when the runtime has stored it. Rejects as the calls of {@link ref} do. */
  async send(typeName: string, id: string, value: TypedValue, options?: ClientSendOptions): Promise<void> {
    assertPacked(value);
    await this.#send(pathOf(typeName, id), bodyOf(value, ""), options);
  }

  /**
   * Withdraws the delayed message that was sent with this cancellation token. Resolves to false when no message waited.
   * Rejects as the calls of {@link ref} do.
   */
  async cancel(cancellationToken: string, options?: ClientCancelOptions): Promise<boolean> {
    const read = cancelOptions.read("cancel", options);
    const path = `/delayed/${pathPart("cancellation token", cancellationToken)}`;
    try {
      await this.#request({ method: "DELETE", path: () => path, headers: {}, body: undefined }, "CLIENT_FAILED", read);
      return true;
    } catch (error) {
      if (error instanceof StatefunError && error.code === "NOT_FOUND") return false;
      throw error;
    }
  }

  async #call(address: string, body: Body, options: ClientCallOptions | undefined): Promise<HttpAnswer> {
    const { content, query, headers, accept = "application/json" } = body;
    const { metadata, ...request } = callOptions.read("A call", options);
    const from = waitingHandler();
    return this.#request(
      {
        method: "POST",
        path: (remainingMs) => `/call/${address}?${query}timeout=${remainingMs}`,
        headers: {
          ...headers,
          ...metadataHeaders(body, metadata),
          Accept: accept,
          ...(from === undefined ? {} : { [fromHeader]: addressHeader(from) }),
        },
        body: content,
      },
      "ANSWER_TIMEOUT",
      request,
    );
  }

  async #send(address: string, body: Body, options: ClientSendOptions | undefined): Promise<void> {
    const { delay, cancellationToken, metadata, ...request } = sendOptions.read("A send", options);
    let path = `/send/${address}?${body.query}`;
    if (delay !== undefined) path += `delay=${delay}&`;
    if (cancellationToken !== undefined) {
      path += `cancellationToken=${pathPart("cancellation token", cancellationToken)}`;
    }
    const { content } = body;
    const headers = { ...body.headers, ...metadataHeaders(body, metadata) };
    await this.#request({ method: "POST", path: () => path, headers, body: content }, "CLIENT_FAILED", request);
  }

  #request(
    request: Pick<HttpCall, "method" | "path" | "headers" | "body">,
    timeoutCode: HttpCall["timeoutCode"],
    options: ReturnType<typeof cancelOptions.read>,
  ): Promise<HttpAnswer> {
    const { timeout = this.#settings.timeoutMs, signal, idempotencyKey } = options;
    const headers = { ...request.headers, ...keyHeaders(idempotencyKey, timeout) };
    return send(this.#settings, { ...request, headers, timeoutMs: timeout, signal, timeoutCode });
  }
}

/** The header of a message's metadata; a packed value has its own unless the caller gives other metadata. */
function metadataHeaders(body: Body, metadata: Metadata = body.metadata): Readonly<Record<string, string>> {
  const header = encodeMetadataHeader(metadata);
  return header === undefined ? {} : { [metadataHeader]: header };
}

/** Names that JavaScript itself looks up. To await, print or store a ref must not call a function. */
const reserved = new Set<string | symbol>(["then", "toJSON", "toString", "valueOf", "constructor"]);

/** Returns an object that has every method. `call` carries each of them out. */
function methods(call: (method: string, message: unknown, options?: object) => Promise<unknown>): object {
  return new Proxy(Object.create(null), {
    get(_target, key) {
      if (typeof key === "symbol" || reserved.has(key)) return undefined;
      // Asynchronous, so that a message that can't be sent rejects as every other failure does.
      return async (message: unknown, options?: object) => call(key, message, options);
    },
  });
}

/** The last try leaves before the timeout. A proxy may hold it back, but not for so many milliseconds. */
const heldBackMs = 5 * 60_000;

/**
 * Each try has the same key, so that the runtime carries the request out once. Nobody else knows a key that the client makes:
 * the runtime may forget it when no try can come any more.
 */
function keyHeaders(idempotencyKey: string | undefined, timeoutMs: number): Record<string, string> {
  if (idempotencyKey !== undefined) return { "Idempotency-Key": idempotencyKey };
  return { "Idempotency-Key": randomKey(), "Idempotency-Key-Lifetime": String(timeoutMs + heldBackMs) };
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
