// Sends, calls and cancellations of the program that runs the functions: their options, and how they reach the engine.

import type { EngineApi } from "../engine/engine-api.js";
import { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";
import { assertOneTime, instant } from "../model/instant.js";
import { type Metadata, type MetadataInput, metadataOption } from "../model/metadata.js";
import { defineOptions, duration, timer, unchecked } from "../model/options.js";
import { expectCalls, waitingHandler } from "../model/running-handler.js";
import type { TypedValue } from "../model/typed-value.js";
import { packValue } from "../types/pack.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { assertTaken } from "./http/body-value.js";

/** Options of `StatefunRuntime.send`. */
export interface RuntimeSendOptions {
  /** How long to wait before the message is delivered. Defaults to no wait. */
  readonly delay?: Duration;
  /**
   * When the message is delivered, in place of a delay: a Date, or milliseconds since 1970. A time that has passed means at once.
   * Defaults to at once.
   */
  readonly at?: Date | number;
  /** Names a delayed message, so that `StatefunRuntime.cancel` can withdraw it. Defaults to none. */
  readonly cancellationToken?: string;
  /** The metadata of the message. Defaults to what came with a packed value, and otherwise to none. */
  readonly metadata?: MetadataInput;
  /** A second send with the same key does nothing, for the runtime's `idempotencyKeyLifetime`. Defaults to none. */
  readonly idempotencyKey?: string;
}

/** Options of `StatefunRuntime.call`. */
export interface RuntimeCallOptions {
  /** How long to wait for the answer. Defaults to 30 seconds. */
  readonly timeout?: Duration;
  /** The metadata of the message. Defaults to what came with a packed value, and otherwise to none. */
  readonly metadata?: MetadataInput;
  /** A second call with the same key gets the answer of the first, for the runtime's `idempotencyKeyLifetime`. Defaults to none. */
  readonly idempotencyKey?: string;
  /** Ends the wait; the message stays sent. Defaults to none. */
  readonly signal?: AbortSignal;
}

/** Options of `StatefunRuntime.cancel`. */
export interface RuntimeCancelOptions {
  /**
   * A second cancellation with the same key does nothing and gets the result of the first, for the runtime's
   * `idempotencyKeyLifetime`. Defaults to none.
   */
  readonly idempotencyKey?: string;
}

const sendOptions = defineOptions<RuntimeSendOptions>()({
  delay: duration,
  at: instant,
  metadata: metadataOption,
  cancellationToken: unchecked<string>(),
  idempotencyKey: unchecked<string>(),
});

const callOptions = defineOptions<RuntimeCallOptions>()({
  timeout: timer,
  metadata: metadataOption,
  idempotencyKey: unchecked<string>(),
  signal: unchecked<AbortSignal>(),
});

const cancelOptions = defineOptions<RuntimeCancelOptions>()({ idempotencyKey: unchecked<string>() });

/** The parts of a runtime that a request needs. */
export interface RequestParts {
  readonly engine: Pick<EngineApi, "send" | "call" | "cancel">;
  readonly catalog: TypeCatalog;
}

/** See `StatefunRuntime.send`. */
export async function sendMessage(
  { engine, catalog }: RequestParts,
  typeName: string,
  id: string,
  value: unknown,
  options?: RuntimeSendOptions,
): Promise<void> {
  const { delay: delayMs, at: atMs, cancellationToken, idempotencyKey, metadata } = sendOptions.read("send", options);
  assertOneTime("send", delayMs, atMs);
  const learning = catalog.learn?.(typeName);
  if (learning !== undefined) await learning;
  return engine.send(Address.of(typeName, id), packTaken(catalog, typeName, value, metadata), {
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(atMs === undefined ? {} : { atMs }),
    ...(cancellationToken === undefined ? {} : { cancellationToken }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}

/** See `StatefunRuntime.call`. */
export async function callFunction(
  { engine, catalog }: RequestParts,
  typeName: string,
  id: string,
  value: unknown,
  options?: RuntimeCallOptions,
): Promise<TypedValue | undefined> {
  const { timeout: timeoutMs, idempotencyKey, signal, metadata } = callOptions.read("call", options);
  expectCalls();
  const from = waitingHandler();
  const learning = catalog.learn?.(typeName);
  if (learning !== undefined) await learning;
  return engine.call(Address.of(typeName, id), packTaken(catalog, typeName, value, metadata), {
    ...(from === undefined ? {} : { from }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** See `StatefunRuntime.cancel`. */
export async function cancelMessage(
  { engine }: RequestParts,
  cancellationToken: string,
  options?: RuntimeCancelOptions,
): Promise<boolean> {
  const { idempotencyKey } = cancelOptions.read("cancel", options);
  return engine.cancel(cancellationToken, idempotencyKey === undefined ? {} : { idempotencyKey });
}

/** Packs a value. Refuses one that no handler takes: such a message would park its address. */
function packTaken(catalog: TypeCatalog, typeName: string, value: unknown, metadata: Metadata | undefined): TypedValue {
  const packed = packValue(value);
  assertTaken(catalog, typeName, packed.typename);
  return metadata === undefined ? packed : packed.withMetadata(metadata);
}
