// Requests from outside that carry an idempotency key. The store remembers each of them with its answer for the lifetime of
// the key, so that the same request, sent again, does nothing again.

import { hash } from "node:crypto";
import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import type { Failure } from "../model/failure.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Clock } from "./clock.js";
import type { QueueStore } from "./durable-queue.js";
import { bytesOf } from "./group.js";
import type { GroupCommit } from "./group-commit.js";
import { highest, kinds } from "./keys.js";
import { NumberedKeys } from "./numbered-keys.js";
import { type CallResult, decodeRequest, ExpiryList, RememberedRequest } from "./remembered-request.js";
import type { Sequence } from "./sequence.js";

/** For how many milliseconds a request is remembered, unless the option of the engine or the request says otherwise. */
export const defaultKeyLifetimeMs = 24 * 60 * 60 * 1000;

/** What a call came to, with the value of its answer. */
export type KeptResult = { readonly answer: TypedValue | undefined } | { readonly failure: Failure };

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
  return digest([kind, target.namespace, target.name, target.id, value.typename, ...delayed], value.value);
}

let lastIdempotencyKey = "";
let lastRequestKey: string = kinds.request;

/** The key of the entry that remembers a request. */
export function requestKey(idempotencyKey: string): string {
  // One request asks for its key several times in a row, and a new text would be hashed anew in each map.
  if (idempotencyKey !== lastIdempotencyKey) {
    lastIdempotencyKey = idempotencyKey;
    lastRequestKey = kinds.request + idempotencyKey;
  }
  return lastRequestKey;
}

/** Identifies the withdrawal of a delayed message, as {@link fingerprintOf} identifies a send or a call. */
export const fingerprintOfCancel = (cancellationToken: string) =>
  digest(["cancel", cancellationToken], new Uint8Array(0));

/** So many characters hold 132 bits, enough to tell requests under one key apart. Format 1 kept all 256 bits. */
const fingerprintLength = 22;

function digest(parts: readonly unknown[], value: Uint8Array): string {
  const all = hash("sha256", Buffer.concat([Buffer.from(JSON.stringify(parts)), value]), "base64");
  return all.slice(0, fingerprintLength);
}

export class IdempotencyKeys {
  readonly #commit: GroupCommit;
  readonly #clock: Clock;
  readonly #sequence: Sequence;
  readonly #lifetimeMs: number;
  readonly #numbered: NumberedKeys;
  #lastList: ExpiryList | undefined;

  /** `lifetimeMs` is for how long a request is remembered that does not ask for less. */
  constructor({ store, commit, sequence }: QueueStore, clock: Clock, lifetimeMs: number) {
    this.#commit = commit;
    this.#sequence = sequence;
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
    this.#numbered = new NumberedKeys(store, commit);
  }

  /**
   * Whether this request was made before under this key. Throws IDEMPOTENCY_CONFLICT when the key was used for another
   * request.
   */
  repeats(idempotencyKey: string, fingerprint: string): boolean {
    if (this.#numbered.isNew(idempotencyKey)) return false;
    const before = this.#read(idempotencyKey);
    if (before === undefined) return false;
    if (before.fingerprint.startsWith(fingerprint)) return true;
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
    this.#commit.put(requestKey(idempotencyKey), new RememberedRequest(fingerprint, endsAt, withdrew));
    this.#listFor(endsAt).listed.push(idempotencyKey);
  }

  /** The list of the open group to which a key is added that is forgotten at this time. */
  #listFor(endsAt: number): ExpiryList {
    const last = this.#lastList;
    if (last?.endsAt === endsAt && last.group === this.#commit.openGroup) return last;
    const list = new ExpiryList(endsAt, this.#sequence.next());
    this.#commit.add(list);
    this.#lastList = list;
    return list;
  }

  /** What the call under this key came to; undefined when there is no such call, or no result yet. */
  resultOf(idempotencyKey: string): KeptResult | undefined {
    const result = this.#read(idempotencyKey)?.result;
    return result === undefined || "failure" in result ? result : { answer: result.answer?.unpack() };
  }

  /**
   * Remembers what a call came to, as part of the open transaction. Returns whether the result counts: the first one does. It
   * counts also when the request has been forgotten by now, because its caller may still wait; the result is not kept then.
   */
  record(idempotencyKey: string, result: CallResult): boolean {
    const before = this.#read(idempotencyKey);
    if (before?.result !== undefined) return false;
    if (before !== undefined) this.#commit.put(requestKey(idempotencyKey), before.with(result));
    return true;
  }

  /** Forgets a request before its time, as part of the open transaction: the key may be used anew. */
  forget(idempotencyKey: string): void {
    this.#commit.delete(requestKey(idempotencyKey));
  }

  /** Forgets a request that an expiry entry of this time lists. Returns how many bytes were read. */
  expire(idempotencyKey: string, endsAt: number): number {
    const request = this.#read(idempotencyKey);
    if (request === undefined) return 0;
    // A request that was forgotten before its time left its place in the list. Its key may belong to a later request.
    if (request.endsAt <= endsAt) this.#commit.delete(requestKey(idempotencyKey));
    return request.size;
  }

  #read(idempotencyKey: string): RememberedRequest | undefined {
    const found = this.#commit.find(requestKey(idempotencyKey));
    if (found === undefined || found instanceof RememberedRequest) return found;
    return decodeRequest(bytesOf(found));
  }
}
