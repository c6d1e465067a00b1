// A client of the runtime's HTTP ingress, checked against the classes of the functions. Runs in browsers as well.

import { describeValue, StatefunError } from "../errors.js";
import { type Duration, durationToMs, longestTimerMs } from "../model/duration.js";
import { assertKnownOptions } from "../model/options.js";
import { assertPacked, TypedValue } from "../model/typed-value.js";
import { type ClientSettings, type HttpAnswer, type HttpCall, send } from "./http-call.js";
import { type Body, bodyOf, octetStream, plainAnswer, typeOfAnswer } from "./message-body.js";
import { encoded, pathOf } from "./path.js";
import type { Ref, Sender } from "./plain-types.js";

export type { Input, Output, Ref, Sender } from "./plain-types.js";

/** Options of {@link connect}. */
export interface ConnectOptions {
  /** The bearer token of the ingress. Defaults to none. */
  readonly token?: string;
  /** Defaults to the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** How long one call may take with all its retries, in milliseconds. Defaults to 30,000. */
  readonly timeoutMs?: number;
  /** How often a request is sent again, within its time. Defaults to 10. */
  readonly retries?: number;
}

/** Options of one call. */
export interface CallOptions {
  /** How long to wait for the answer. Defaults to the client's. */
  readonly timeout?: Duration;
  /** Stops waiting; the message may have been sent. */
  readonly signal?: AbortSignal;
  /** Calls with the same key are carried out once, within 24 hours. Defaults to one of its own for each call. */
  readonly idempotencyKey?: string;
}

/** Options of one send; the timeout is for the runtime to take the message. */
export interface SendOptions extends CallOptions {
  /** When to deliver the message. Defaults to at once. */
  readonly delay?: Duration;
  /** A token to {@link Client.cancel} a delayed message with. Defaults to none. */
  readonly token?: string;
}

const callOptionNames = ["timeout", "signal", "idempotencyKey"] as const;
const sendOptionNames = [...callOptionNames, "delay", "token"] as const;
/** What a header carries unchanged: printable ASCII, without spaces at its ends. */
const keyPattern = /^(?! )[\x20-\x7e]{1,256}(?<! )$/;

/**
 * Makes a client of the ingress at this URL, such as "http://localhost:7070". Throws OPTION_INVALID.
 *
 * @example
 * ```ts
 * import { connect } from "statefun-ts/client";
 * import type { Count } from "./functions.js"; // none of its code comes along
 *
 * const client = connect("http://localhost:7070");
 *
 * export async function add(name: string, amount: number): Promise<number> {
 *   return client.ref<Count>("example/count", name).add(amount);
 * }
 * ```
 */
export function connect(url: string, options: ConnectOptions = {}): Client {
  assertKnownOptions("connect", options, ["token", "fetch", "timeoutMs", "retries"]);
  const { token, fetch = globalThis.fetch, timeoutMs = 30_000, retries = 10 } = options;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new StatefunError("OPTION_INVALID", `"${url}" is no URL of an ingress; write it as http://localhost:7070.`);
  }
  if (token !== undefined && !(typeof token === "string" && /^[\x21-\x7e]+$/.test(token))) {
    throw new StatefunError("OPTION_INVALID", "The token must be printable ASCII without spaces, as the ingress's is.");
  }
  if (!(timeoutMs > 0 && timeoutMs <= longestTimerMs)) {
    throw new StatefunError("OPTION_INVALID", `timeoutMs is ${timeoutMs}; it must be more than 0 and below 25 days.`);
  }
  if (!Number.isInteger(retries) || retries < 0) {
    throw new StatefunError("OPTION_INVALID", `retries is ${retries}; it must be 0 or a whole number above it.`);
  }
  // A browser's fetch wants no other `this` than its window.
  const fetchOf: typeof fetch = (input, init) => fetch(input, init);
  return new Client({ url: url.replace(/\/+$/, ""), token, fetch: fetchOf, timeoutMs, retries });
}

/** Calls functions, sends messages to them, and withdraws delayed ones. Made by {@link connect}. */
export class Client {
  readonly #settings: ClientSettings;

  /** @internal */
  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /**
   * A function instance to call, with the methods of its class F: `client.ref<Greeter>("example/greeter",
   * "bob").greet({ name: "Bob" })`. Throws TYPE_NAME_INVALID, ID_MISSING and VALUE_INVALID. A call rejects with the
   * runtime's code, or with CLIENT_FAILED, ANSWER_TIMEOUT, OPTION_INVALID or the signal's reason.
   */
  ref<F>(typeName: string, id: string): Ref<F, CallOptions> {
    const address = pathOf(typeName, id);
    return methods((method, message, options) =>
      this.#call(address, bodyOf(message, method), options as CallOptions | undefined).then(plainAnswer),
    ) as Ref<F, CallOptions>;
  }

  /**
   * The same function instance, to send to: a method resolves when the message is durable.
   *
   * @example
   * ```ts
   * import { connect } from "statefun-ts/client";
   * import type { Count } from "./functions.js";
   *
   * const counter = connect("http://localhost:7070").sender<Count>("example/count", "bob");
   *
   * export const addLater = (amount: number) => counter.add(amount, { delay: { hours: 2 }, token: "later" });
   * ```
   */
  sender<F>(typeName: string, id: string): Sender<F, SendOptions> {
    const address = pathOf(typeName, id);
    return methods((method, message, options) =>
      this.#send(address, bodyOf(message, method), options as SendOptions | undefined),
    ) as Sender<F, SendOptions>;
  }

  /** Calls with a packed value, and resolves to the packed answer. Rejects as calls of {@link ref} do. */
  async call(typeName: string, id: string, value: TypedValue, options?: CallOptions): Promise<TypedValue> {
    assertPacked(value);
    const body = { ...bodyOf(value, ""), accept: octetStream };
    const { headers, bytes } = await this.#call(pathOf(typeName, id), body, options);
    return new TypedValue(typeOfAnswer(headers), bytes);
  }

  /** Sends a packed value; resolves when it is durable. Rejects as calls of {@link ref} do. */
  async send(typeName: string, id: string, value: TypedValue, options?: SendOptions): Promise<void> {
    const path = pathOf(typeName, id);
    assertPacked(value);
    await this.#send(path, bodyOf(value, ""), options);
  }

  /** Withdraws the delayed message that was sent with this token; resolves to whether one waited. */
  async cancel(token: string, options: CallOptions = {}): Promise<boolean> {
    assertKnownOptions("cancel", options, callOptionNames);
    const path = `/delayed/${encoded("token", token)}`;
    try {
      await this.#request(
        { method: "DELETE", path: () => path, headers: {}, body: undefined },
        "CLIENT_FAILED",
        options,
      );
      return true;
    } catch (error) {
      if (error instanceof StatefunError && error.code === "NOT_FOUND") return false;
      throw error;
    }
  }

  #call(address: string, body: Body, options: CallOptions = {}): Promise<HttpAnswer> {
    assertKnownOptions("A call", options, callOptionNames);
    const { text, query, headers, accept = "application/json" } = body;
    const path = (remainingMs: number) => `/call/${address}?${query}timeout=${remainingMs}`;
    const call = { method: "POST", path, headers: { ...headers, Accept: accept }, body: text } as const;
    return this.#request(call, "ANSWER_TIMEOUT", options);
  }

  async #send(address: string, { text, query, headers }: Body, options: SendOptions = {}): Promise<void> {
    assertKnownOptions("A send", options, sendOptionNames);
    const { delay, token } = options;
    let path = `/send/${address}?${query}`;
    if (delay !== undefined) path += `delay=${durationToMs(delay)}&`;
    if (token !== undefined) path += `cancellationToken=${encoded("token", token)}`;
    await this.#request({ method: "POST", path: () => path, headers, body: text }, "CLIENT_FAILED", options);
  }

  #request(
    call: Pick<HttpCall, "method" | "path" | "headers" | "body">,
    late: HttpCall["late"],
    { timeout, signal, idempotencyKey = randomKey() }: CallOptions,
  ): Promise<HttpAnswer> {
    const timeoutMs = timeout === undefined ? this.#settings.timeoutMs : durationToMs(timeout);
    if (!(timeoutMs > 0 && timeoutMs <= longestTimerMs)) {
      throw new StatefunError(
        "DURATION_INVALID",
        `timeout is ${timeoutMs} ms; it must be more than 0 and below 25 days.`,
      );
    }
    if (typeof idempotencyKey !== "string" || !keyPattern.test(idempotencyKey)) {
      throw new StatefunError(
        "OPTION_INVALID",
        `idempotencyKey is ${describeValue(idempotencyKey)}; it must have 1 to 256 characters of printable ASCII, with no space at its ends.`,
      );
    }
    // One key for all tries, so that the runtime carries them out once.
    const headers = { ...call.headers, "Idempotency-Key": idempotencyKey };
    return send(this.#settings, { ...call, headers, timeoutMs, signal, late });
  }
}

type Method = (message: unknown, options?: object) => Promise<unknown>;
/** What the language looks up itself: awaiting, showing or storing a ref must not call a function. */
const reserved = new Set<string | symbol>(["then", "toJSON", "toString", "valueOf", "constructor"]);

/** An object whose every method is made by `make`. */
function methods(make: (method: string, message: unknown, options: object | undefined) => Promise<unknown>): object {
  return new Proxy(Object.create(null), {
    get(_target, key): Method | undefined {
      if (typeof key === "symbol" || reserved.has(key)) return undefined;
      return async (message, options) => make(key, message, options);
    },
  });
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
