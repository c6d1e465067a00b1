// Function instances to call and to send to from the program that runs them, as the typed client does over HTTP.

import type { CallOptions, EngineApi } from "../engine/engine-api.js";
import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { assertOneTime, assertTokenHasTime } from "../model/instant.js";
import { expectCalls, waitingHandler } from "../model/running-handler.js";
import type { TypedValue } from "../model/typed-value.js";
import { type ClientCallOptions, type ClientSendOptions, callOptions, sendOptions } from "../refs/call-options.js";
import type { Ending } from "../refs/ending.js";
import { Failure, isPassing } from "../refs/failure.js";
import { messageOf, type RefMessage } from "../refs/message.js";
import { methods } from "../refs/methods.js";
import { defaultRetries, defaultTimeoutMs, repeat } from "../refs/repeat.js";
import { addressOf } from "../refs/target.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { jsonOf } from "../types/value-json.js";
import { fromJson, readerOfBytes, typeOfJson } from "./http/body-value.js";
import { assertServed } from "./ingress/served.js";

/** The parts of a runtime that a ref needs. */
interface RefParts {
  readonly engine: EngineApi;
  readonly catalog: TypeCatalog;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What messages of errors call the runtime of this process. */
const place = "The runtime";

/** Errors of a message that the engine has not taken, so that it may be sent again without an idempotency key. */
const notTaken: readonly string[] = ["MAILBOX_FULL", "OVERLOADED"];

/** Returns an object with every method. Each calls the function instance. Throws TYPE_NAME_INVALID and ID_MISSING. */
export function refTo(parts: RefParts, typeName: string, id: string): object {
  const address = addressOf(typeName, id);
  expectCalls();
  return methods((method, message, options) => call(parts, address, messageOf(message, method), options));
}

/** Returns an object with every method. Each sends to the function instance. Throws TYPE_NAME_INVALID and ID_MISSING. */
export function senderTo(parts: RefParts, typeName: string, id: string): object {
  const address = addressOf(typeName, id);
  return methods((method, message, options) => send(parts, address, messageOf(message, method), options));
}

async function call(
  { engine, catalog }: RefParts,
  address: Address,
  message: RefMessage,
  options: ClientCallOptions | undefined,
): Promise<unknown> {
  const read = callOptions.read("A call", options);
  const { metadata = message.metadata, timeout: timeoutMs = defaultTimeoutMs, signal, idempotencyKey } = read;
  const from = waitingHandler();
  assertServed(engine, address);
  const learning = catalog.learn?.(address.typeName);
  if (learning !== undefined) await learning;
  const value = packed(catalog, address.typeName, message).withMetadata(metadata);
  const begin = (remainingMs: number) => {
    const asked: Mutable<CallOptions> = { timeoutMs: remainingMs };
    if (from !== undefined) asked.from = from;
    if (idempotencyKey !== undefined) asked.idempotencyKey = idempotencyKey;
    if (signal !== undefined) asked.signal = signal;
    return engine.call(address, value, asked);
  };
  const endsAt = performance.now() + timeoutMs;
  const answer = await begin(timeoutMs).catch((error: unknown) => {
    // Almost every call ends with its first try, which needs no timer beside the engine's.
    let first: Failure | undefined = failureOf(error, idempotencyKey);
    return repeat(place, defaultRetries, {
      timeoutMs: endsAt - performance.now(),
      signal,
      timeoutCode: "ANSWER_TIMEOUT",
      send: async (remainingMs) => {
        const failure = first;
        first = undefined;
        return failure ?? begin(remainingMs).catch((again: unknown) => failureOf(again, idempotencyKey));
      },
    });
  });
  const naming = answer === undefined ? undefined : catalog.learnType?.(answer.typename);
  if (naming !== undefined) await naming;
  return plainOf(catalog, answer);
}

async function send(
  { engine, catalog }: RefParts,
  address: Address,
  message: RefMessage,
  options: ClientSendOptions | undefined,
): Promise<void> {
  const read = sendOptions.read("A send", options);
  const { metadata = message.metadata, timeout: timeoutMs = defaultTimeoutMs, signal, idempotencyKey } = read;
  const { delay: delayMs, at: atMs, cancellationToken } = read;
  assertOneTime("A send", delayMs, atMs);
  assertTokenHasTime(cancellationToken, delayMs, atMs);
  assertServed(engine, address);
  const learning = catalog.learn?.(address.typeName);
  if (learning !== undefined) await learning;
  const value = packed(catalog, address.typeName, message).withMetadata(metadata);
  const begin = () =>
    engine
      .send(address, value, {
        ...(delayMs === undefined ? {} : { delayMs }),
        ...(atMs === undefined ? {} : { atMs }),
        ...(cancellationToken === undefined ? {} : { cancellationToken }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      })
      .catch((error: unknown) => failureOf(error, idempotencyKey));
  await repeat(place, defaultRetries, {
    timeoutMs,
    signal,
    timeoutCode: "CLIENT_FAILED",
    send: (_, ending) => Promise.race([begin(), ended(ending)]),
  });
}

/** Resolves when a send must end that the engine has not ended. */
function ended(ending: Ending): Promise<Failure> {
  return new Promise((resolve) => {
    // Whoever has ended the send knows why; this failure is not shown to anybody.
    ending.onEnd = () =>
      resolve(new Failure(new StatefunError("CLIENT_FAILED", "The send was not waited for."), false));
  });
}

/** Packs a message by the type that its method handles, as the ingress does. Throws what the ingress answers. */
function packed(catalog: TypeCatalog, typeName: string, { content, typename, method }: RefMessage): TypedValue {
  const named = { typename, method };
  if (typeof content !== "string") return readerOfBytes(catalog, typeName, named)(content);
  return fromJson(typeOfJson(catalog, typeName, named), JSON.parse(content));
}

/** The answer as plain JSON; a packed value when its type has no JSON form, or is not known in this process. */
function plainOf(catalog: TypeCatalog, answer: TypedValue | undefined): unknown {
  if (answer === undefined) return undefined;
  const json = jsonOf(catalog.find, answer);
  return json === undefined ? answer : JSON.parse(json);
}

/**
 * A try that may be repeated, as a failure; throws every other error. A message that the engine may have taken is sent again only
 * under a key, as it would be carried out twice otherwise. A runtime that closes does not come back in this process.
 */
function failureOf(error: unknown, idempotencyKey: string | undefined): Failure {
  const canRetry =
    error instanceof StatefunError &&
    isPassing(error.status) &&
    error.code !== "SHUTTING_DOWN" &&
    (idempotencyKey !== undefined || notTaken.includes(error.code));
  if (canRetry) return new Failure(error, true);
  throw error;
}
