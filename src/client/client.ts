// A client of the runtime's HTTP ingress, checked by the compiler against the classes of the functions.

import { StatefunError } from "../errors.js";
import { addressHeader, fromHeader } from "../model/header-values.js";
import { httpUrlProblem } from "../model/http-url.js";
import { assertOneTime } from "../model/instant.js";
import { type Metadata } from "../model/metadata.js";
import type { QueryOptions, QueryResults } from "../model/query.js";
import { assertRunId } from "../model/run-id.js";
import { expectCalls, waitingHandler } from "../model/running-handler.js";
import { assertPacked, type TypedValue } from "../model/typed-value.js";
import {
  type ClientCallOptions,
  type ClientCancelOptions,
  type ClientSendOptions,
  callOptions,
  cancelOptions,
  sendOptions,
} from "../refs/call-options.js";
import { messageOf, type RefMessage } from "../refs/message.js";
import { methods } from "../refs/methods.js";
import type { Ref, Sender } from "../refs/plain-types.js";
import { type Repeated, repeat } from "../refs/repeat.js";
import { encodeMetadataHeader, metadataHeader } from "../types/metadata-header.js";
import type { Answer } from "./answer.js";
import type { SendAlone } from "./batch.js";
import { CallBatches } from "./call-batches.js";
import { lineOf } from "./call-line.js";
import { type ClientOptions, clientOptions } from "./client-options.js";
import { type Connection, type HttpRequest, sendAlone } from "./http-request.js";
import { type Key, Keys, keyHeaders } from "./key.js";
import { contentHeaders, octetStream, queryOf } from "./message-body.js";
import { pathPart, type Target, targetOf } from "./path.js";
import { queryThrough } from "./query.js";
import {
  type ClientRun,
  type ClientRunCancelOptions,
  type ClientRunOptions,
  cancelRunsRequest,
  listOf,
  runCancelOptions,
  runOptions,
  runsRequest,
  wasFound,
} from "./runs.js";

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
  const { fetch = globalThis.fetch, timeout, admin, ...settings } = clientOptions.read("connect", options);
  expectCalls();
  // A browser's fetch throws when its `this` is another object than the window.
  const send: typeof fetch = (input, init) => fetch(input, init);
  return new Client({
    ...settings,
    url: baseUrl("an ingress", url, "http://localhost:7070"),
    timeoutMs: timeout,
    fetch: send,
    admin: admin && { ...admin, url: baseUrl("an admin server", admin.url, "http://localhost:7071"), fetch: send },
  });
}

/** The URL of a server without a slash at its end. Throws OPTION_INVALID. */
function baseUrl(what: string, url: string, example: string): string {
  const problem = httpUrlProblem(url) ?? (/[?#]/.test(url) ? "it holds a query or a fragment" : undefined);
  if (problem === undefined) return url.replace(/\/+$/, "");
  // The URL is not shown, since it may hold a password.
  throw new StatefunError("OPTION_INVALID", `The URL is not that of ${what}: ${problem}. Write ${example}.`);
}

/** What a client works with. */
interface ClientSettings extends Connection {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly batchCalls: boolean;
  readonly admin: Connection | undefined;
}

/** A call with a longer path and message goes alone: among others it would gain nothing, and hold them up. */
const mostBatched = 8 * 1024;

/** Calls functions, sends messages to functions, withdraws delayed messages, and cancels runs. Made by {@link connect}. */
export class Client {
  readonly #settings: ClientSettings;
  readonly #batches: CallBatches | undefined;
  readonly #keys = new Keys();

  /** @internal */
  constructor(settings: ClientSettings) {
    this.#settings = settings;
    this.#batches = settings.batchCalls ? new CallBatches(settings) : undefined;
  }

  /**
   * Returns a function instance to call. It has the methods of the function's class F: `client.ref<Greeter>(
   * "example/greeter", "bob").greet({ name: "Bob" })`. Throws TYPE_NAME_INVALID, ID_MISSING and VALUE_INVALID. A call
   * rejects with the TerminalError of the function, with the code that the runtime answered, with CLIENT_FAILED,
   * ANSWER_TIMEOUT, OPTION_INVALID, DURATION_INVALID or VALUE_INVALID, or with the reason of the signal.
   */
  ref<F>(typeName: string, id: string): Ref<F> {
    const target = targetOf(typeName, id);
    return methods(async (method, message, options) => {
      const answer = await this.#call(target, messageOf(message, method), options);
      return answer.plain();
    }) as Ref<F>;
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
    const target = targetOf(typeName, id);
    return methods((method, message, options) => this.#send(target, messageOf(message, method), options)) as Sender<F>;
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
    const answer = await this.#call(targetOf(typeName, id), messageOf(value, ""), options, true);
    return answer.packed();
  }

  /** Sends a packed value, and resolves when the runtime has stored it. Rejects as the calls of {@link ref} do. */
  async send(typeName: string, id: string, value: TypedValue, options?: ClientSendOptions): Promise<void> {
    assertPacked(value);
    await this.#send(targetOf(typeName, id), messageOf(value, ""), options);
  }

  /**
   * Withdraws the delayed message that was sent with this cancellation token. Resolves to false when no message waited.
   * Rejects as the calls of {@link ref} do.
   */
  async cancel(cancellationToken: string, options?: ClientCancelOptions): Promise<boolean> {
    const read = cancelOptions.read("cancel", options);
    const path = `/delayed/${pathPart("cancellation token", cancellationToken)}`;
    const request = { method: "DELETE", path: () => path, headers: {}, body: undefined } as const;
    try {
      await this.#carryOut("CLIENT_FAILED", read, (key) => this.#alone(request, key));
      return true;
    } catch (error) {
      if (error instanceof StatefunError && error.code === "NOT_FOUND") return false;
      throw error;
    }
  }

  /** Shows the runs of workflows of one address: which there are, and how far they are. Rejects as the calls of {@link ref} do. */
  async runs(typeName: string, id: string, options?: ClientRunOptions): Promise<ClientRun[]> {
    const read = runOptions.read("runs", options);
    return listOf(await this.#ask(runsRequest(targetOf(typeName, id)), read), "runs");
  }

  /**
   * Cancels a run of a workflow; resolves when the cancellation is on disk, to whether there is such a run that has not ended. A
   * run that was cancelled before counts. Rejects as the calls of {@link ref} do.
   */
  async cancelRun(typeName: string, id: string, run: string, options?: ClientRunCancelOptions): Promise<boolean> {
    const { reason, ...read } = runCancelOptions.read("cancelRun", options);
    assertRunId(run);
    return wasFound(this.#ask(cancelRunsRequest(targetOf(typeName, id), run, reason), read));
  }

  /**
   * Cancels all runs of an address, also those that wait for their turn; resolves to their ids when the cancellation is on disk.
   * Rejects as the calls of {@link ref} do.
   */
  async cancelRuns(typeName: string, id: string, options?: ClientRunCancelOptions): Promise<string[]> {
    const { reason, ...read } = runCancelOptions.read("cancelRuns", options);
    return listOf(await this.#ask(cancelRunsRequest(targetOf(typeName, id), undefined, reason), read), "cancelled");
  }

  /**
   * Finds the addresses of a function whose states meet a condition in CEL, in the order of their ids. The admin server is asked, which
   * the option `admin` names. Throws OPTION_INVALID and TYPE_NAME_INVALID. The loop rejects with QUERY_INVALID, FUNCTION_UNKNOWN,
   * CLIENT_FAILED, UNAUTHORIZED, and with the signal's reason.
   *
   * @example
   * ```ts
   * import { connect } from "statefun-ts/client";
   *
   * const client = connect("http://localhost:7070", { admin: { url: "http://localhost:7071" } });
   *
   * export async function idsOver(total: number): Promise<string[]> {
   *   const ids: string[] = [];
   *   for await (const { id } of client.query("example/count", { where: `total > ${total}` })) ids.push(id);
   *   return ids;
   * }
   * ```
   */
  query(typeName: string, options?: QueryOptions): QueryResults {
    const { admin } = this.#settings;
    if (admin !== undefined) return queryThrough(admin, typeName, options);
    throw new StatefunError(
      "OPTION_INVALID",
      'A query asks the admin server. Name it: connect(url, { admin: { url: "http://localhost:7071" } }).',
    );
  }

  /** Sends a request that may be repeated without a key, since it changes nothing a second time. */
  async #ask(request: HttpRequest, read: ReturnType<typeof runOptions.read>): Promise<unknown> {
    const send: SendAlone = (remainingMs, ending) => sendAlone(this.#settings, request, remainingMs, ending);
    const answer = await this.#carryOut("CLIENT_FAILED", { ...read, idempotencyKey: undefined }, () => send);
    return answer.plain();
  }

  async #call(
    { address, path }: Target,
    message: RefMessage,
    options: ClientCallOptions | undefined,
    asBytes = false,
  ): Promise<Answer> {
    const { metadata = message.metadata, ...common } = callOptions.read("A call", options);
    const from = waitingHandler();
    const alone = (key: Key) => {
      const headers = {
        ...contentHeaders(message),
        ...metadataHeaders(metadata),
        Accept: asBytes ? octetStream : "application/json",
        ...(from === undefined ? {} : { [fromHeader]: addressHeader(from) }),
      };
      const query = queryOf(message);
      const pathIn = (remainingMs: number) => `/call/${path}?${query}timeout=${remainingMs}`;
      return this.#alone({ method: "POST", path: pathIn, headers, body: message.content }, key);
    };
    return this.#carryOut("ANSWER_TIMEOUT", common, (key) => {
      const batches = path.length + message.content.length > mostBatched ? undefined : this.#batches;
      if (batches === undefined) return alone(key);
      const line = lineOf(address, message, { metadata, key, asBytes, from });
      return (remainingMs, ending) => batches.send(line, (...left) => alone(key)(...left), remainingMs, ending);
    });
  }

  async #send({ path: target }: Target, message: RefMessage, options: ClientSendOptions | undefined): Promise<void> {
    const {
      delay,
      at,
      cancellationToken,
      metadata = message.metadata,
      ...common
    } = sendOptions.read("A send", options);
    let path = `/send/${target}?${queryOf(message)}`;
    assertOneTime("A send", delay, at);
    if (delay !== undefined) path += `delay=${delay}&`;
    if (at !== undefined) path += `at=${Math.max(0, Math.ceil(at))}&`;
    if (cancellationToken !== undefined) {
      path += `cancellationToken=${pathPart("cancellation token", cancellationToken)}`;
    }
    const headers = { ...contentHeaders(message), ...metadataHeaders(metadata) };
    const request = { method: "POST", path: () => path, headers, body: message.content } as const;
    await this.#carryOut("CLIENT_FAILED", common, (key) => this.#alone(request, key));
  }

  /** Tries of a request that stands alone. */
  #alone(request: HttpRequest, key: Key): SendAlone {
    const headers = { ...request.headers, ...keyHeaders(key) };
    return (remainingMs, ending) => sendAlone(this.#settings, { ...request, headers }, remainingMs, ending);
  }

  #carryOut(
    timeoutCode: Repeated<Answer>["timeoutCode"],
    { timeout: timeoutMs = this.#settings.timeoutMs, signal, idempotencyKey }: ReturnType<typeof cancelOptions.read>,
    tries: (key: Key) => Repeated<Answer>["send"],
  ): Promise<Answer> {
    const { url, retries } = this.#settings;
    const send = tries(this.#keys.of(idempotencyKey, timeoutMs));
    return repeat(url, retries, { send, timeoutMs, signal, timeoutCode });
  }
}

/** The header of a message's metadata. */
function metadataHeaders(metadata: Metadata): Readonly<Record<string, string>> {
  const header = encodeMetadataHeader(metadata);
  return header === undefined ? {} : { [metadataHeader]: header };
}
