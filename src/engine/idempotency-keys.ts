// Requests from outside that carry an idempotency key. The store remembers each of them with its answer for the lifetime of
// the key, so that the same request, sent again, does nothing again.

import { createHash } from "node:crypto";
import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import type { Failure } from "../model/failure.js";
import type { Generation } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Clock } from "./clock.js";
import type { GroupCommit } from "./group-commit.js";
import { highest, kinds, ordered } from "./keys.js";
import { generationField, Packed, readGeneration } from "./packed.js";

/** For how many milliseconds a request is remembered, unless the option of the engine or the request says otherwise. */
export const defaultKeyLifetimeMs = 24 * 60 * 60 * 1000;

const fingerprintField = tag(1, delimited);
const answerField = tag(2, delimited);
const expiryField = tag(4, delimited);
const withdrewField = tag(5, varint);
const failureField = tag(6, delimited);
const emptyAnswerField = tag(7, varint);

/** What a call came to: an answer, which is undefined for a handler that ended without a value, or a failure for good. */
export type CallResult = { readonly answer: Packed | undefined } | { readonly failure: Failure };

/** The same, read back: an answer with its value. */
export type KeptResult = { readonly answer: TypedValue | undefined } | { readonly failure: Failure };

/** The entry that the store keeps under an idempotency key. */
interface Remembered {
  readonly fingerprint: string;
  /** Undefined while the call has no result. */
  readonly result: KeptResult | undefined;
  /** Whether a cancellation withdrew a message; undefined for a request that is no cancellation. */
  readonly withdrew: boolean | undefined;
  /** The key of the entry that says when the request is forgotten. Empty when an older version wrote the request. */
  readonly expiry: string;
}

/**
 * Identifies a request, to detect a key that is used for two different ones. Existing folders hold the fingerprints of
 * plain sends and calls, so their form must not change: only a delayed or cancellable send adds to it. Metadata is no part
 * of it: a request that is sent again may have a trace of its own.
 */
export function fingerprintOf(
  kind: "send" | "call",
  target: Address,
  value: TypedValue,
  delay: number | string = 0,
  cancellationToken?: string,
): string {
  const delayed = delay === 0 && cancellationToken === undefined ? [] : [delay, cancellationToken];
  return createHash("sha256")
    .update(JSON.stringify([kind, target.namespace, target.name, target.id, value.typename, ...delayed]))
    .update(value.value)
    .digest("base64");
}

/** The key of the entry that remembers a request. */
export const requestKey = (idempotencyKey: string) => kinds.request + idempotencyKey;

/** Identifies the withdrawal of a delayed message, as {@link fingerprintOf} identifies a send or a call. */
export const fingerprintOfCancel = (cancellationToken: string) =>
  createHash("sha256")
    .update(JSON.stringify(["cancel", cancellationToken]))
    .digest("base64");

export class IdempotencyKeys {
  readonly #commit: GroupCommit;
  readonly #clock: Clock;
  readonly #lifetimeMs: number;

  /** `lifetimeMs` is for how long a request is remembered that does not ask for less. */
  constructor(commit: GroupCommit, clock: Clock, lifetimeMs: number) {
    this.#commit = commit;
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /**
   * Whether this request was made before under this key. Throws IDEMPOTENCY_CONFLICT when the key was used for another
   * request.
   */
  repeats(idempotencyKey: string, fingerprint: string): boolean {
    const before = this.#read(idempotencyKey);
    if (before === undefined) return false;
    if (before.fingerprint === fingerprint) return true;
    throw new StatefunError(
      "IDEMPOTENCY_CONFLICT",
      `The idempotency key ${JSON.stringify(idempotencyKey)} was used for another request. Take a new key for every new request.`,
    );
  }

  /**
   * Remembers a request under its key, as part of the open transaction. A request may ask for a shorter lifetime than that of
   * other keys, not for a longer one.
   */
  remember(idempotencyKey: string, fingerprint: string, askedMs?: number): void {
    this.#remember(idempotencyKey, fingerprint, askedMs, undefined);
  }

  /** Remembers a cancellation and what came of it, as part of the open transaction. */
  rememberCancel(idempotencyKey: string, fingerprint: string, withdrew: boolean, askedMs?: number): void {
    this.#remember(idempotencyKey, fingerprint, askedMs, withdrew);
  }

  /** Whether the cancellation under this key withdrew a message. */
  withdrew(idempotencyKey: string): boolean {
    return this.#read(idempotencyKey)?.withdrew === true;
  }

  #remember(
    idempotencyKey: string,
    fingerprint: string,
    askedMs: number | undefined,
    withdrew: boolean | undefined,
  ): void {
    const lifetimeMs = Math.min(askedMs ?? this.#lifetimeMs, this.#lifetimeMs);
    const endsAt = Math.min(this.#clock.now() + lifetimeMs, highest);
    const expiry = `${kinds.expiry}${ordered(endsAt)}${idempotencyKey}`;
    this.#commit.put(requestKey(idempotencyKey), encodeRemembered({ fingerprint, expiry, withdrew }));
    this.#commit.put(expiry, new Uint8Array(0));
  }

  /** What the call under this key came to; undefined when there is no such call, or no result yet. */
  resultOf(idempotencyKey: string): KeptResult | undefined {
    return this.#read(idempotencyKey)?.result;
  }

  /**
   * Remembers what a call came to, as part of the open transaction. Returns whether the result counts: the first one does. It
   * counts also when the request has been forgotten by now, because its caller may still wait; the result is not kept then.
   */
  record(idempotencyKey: string, result: CallResult): boolean {
    const before = this.#read(idempotencyKey);
    if (before?.result !== undefined) return false;
    if (before !== undefined) this.#commit.put(requestKey(idempotencyKey), encodeRemembered(before, result));
    return true;
  }

  /** Forgets a request before its time, as part of the open transaction: the key may be used anew. */
  forget(idempotencyKey: string): void {
    const { expiry = "" } = this.#read(idempotencyKey) ?? {};
    // The expiry entry goes too: it would expire the next request that uses this key.
    if (expiry !== "") this.#commit.delete(expiry);
    this.#commit.delete(requestKey(idempotencyKey));
  }

  /** Forgets the request of an expiry entry whose time has come. */
  expire(expiry: string): void {
    // The request may have been forgotten already, in a group that is not written yet. The key may then belong to another
    // request.
    if (this.#commit.get(expiry) === undefined) return;
    this.#commit.delete(expiry);
    this.#commit.delete(requestKey(expiry.slice(kinds.expiry.length + ordered(0).length)));
  }

  #read(idempotencyKey: string): Remembered | undefined {
    const stored = this.#commit.get(requestKey(idempotencyKey));
    return stored === undefined ? undefined : decodeRemembered(stored);
  }
}

function encodeRemembered(
  { fingerprint, expiry, withdrew }: Omit<Remembered, "result">,
  result?: CallResult,
): Uint8Array {
  const writer = new WireWriter();
  writer.string(fingerprintField, fingerprint);
  writer.string(expiryField, expiry);
  if (withdrew !== undefined) {
    writer.uint32(withdrewField);
    writer.uint32(withdrew ? 1 : 0);
  }
  if (result !== undefined) {
    if ("failure" in result) writer.string(failureField, JSON.stringify(result.failure));
    else if (result.answer !== undefined) result.answer.write(writer, answerField);
    else {
      writer.uint32(emptyAnswerField);
      writer.uint32(1);
    }
  }
  return writer.finish();
}

function decodeRemembered(bytes: Uint8Array): Remembered {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let fingerprint = "";
  let expiry = "";
  let answer: Uint8Array | undefined;
  let result: KeptResult | undefined;
  let withdrew: boolean | undefined;
  let generation: Generation = "v3";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === fingerprintField) fingerprint = reader.string(end);
    else if (fieldTag === answerField) answer = reader.copy(end);
    else if (fieldTag === generationField) generation = readGeneration(reader, end);
    else if (fieldTag === expiryField) expiry = reader.string(end);
    else if (fieldTag === withdrewField) withdrew = reader.bool(end);
    else if (fieldTag === failureField) result = { failure: JSON.parse(reader.string(end)) as Failure };
    else if (fieldTag === emptyAnswerField) result = reader.bool(end) ? { answer: undefined } : undefined;
    else reader.skip(fieldTag, end);
  }
  if (answer !== undefined) result = { answer: new Packed(answer, generation).unpack() };
  return { fingerprint, expiry, withdrew, result };
}
