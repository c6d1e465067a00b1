// Calls from outside that wait for their answer, and requests with an idempotency key: those are remembered, with their
// answer, so that sending one again does nothing again.

import { createHash, randomUUID } from "node:crypto";
import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { StatefunError } from "../errors.js";
import { Address } from "../model/address.js";
import { clientName, clientNamespace } from "../model/client-address.js";
import type { TypedValue } from "../model/typed-value.js";
import { decodePacked } from "../wire/packed.js";
import type { Clock } from "./clock.js";
import type { EngineMetrics } from "./engine-api.js";
import type { GroupCommit } from "./group-commit.js";
import { kinds, ordered } from "./keys.js";

/** How long a request with an idempotency key is remembered. */
export const rememberedMs = 24 * 60 * 60 * 1000;

const fingerprintField = tag(1, delimited);
const answerField = tag(2, delimited);
const v2Flag = tag(3, varint);
const forgetField = tag(4, delimited);
const keyedPrefix = "key:";

interface Remembered {
  readonly fingerprint: string;
  readonly answer: TypedValue | undefined;
  /** The entry that says when it is forgotten; "" when an older version remembered it. */
  readonly forget: string;
}

interface Waiter {
  resolve(answer: TypedValue): void;
  reject(error: unknown): void;
}

/** A call that waits for its answer; it may have been made more than once, under its key. */
interface WaitingCall {
  readonly waiters: Set<Waiter>;
  readonly target: Address;
  /** Up to which entry of its target's mailbox its message may stand; undefined when that is not in there any more. */
  last: string | undefined;
}

/**
 * What tells a request from another one under the same key. That of one at once and without a token must stay what it is:
 * stores hold it.
 */
export function fingerprintOf(
  kind: "send" | "call",
  target: Address,
  value: TypedValue,
  delayMs = 0,
  token?: string,
): string {
  const later = delayMs === 0 && token === undefined ? [] : [delayMs, token];
  return createHash("sha256")
    .update(JSON.stringify([kind, target.namespace, target.name, target.id, value.typename, ...later]))
    .update(value.value)
    .digest("base64");
}

export class Requests {
  readonly #commit: GroupCommit;
  readonly #clock: Clock;
  readonly #metrics: EngineMetrics;
  /** By the id of the client's address. */
  readonly #waiting = new Map<string, WaitingCall>();
  /** Tells this start's calls from those of another: an answer to one of those finds nobody. */
  readonly #run = randomUUID();
  #calls = 0;

  constructor(commit: GroupCommit, clock: Clock, metrics: EngineMetrics) {
    this.#commit = commit;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** The address of a client that waits. */
  clientAddress(idempotencyKey: string | undefined): Address {
    this.#calls += 1;
    const id = idempotencyKey === undefined ? `${this.#run}-${this.#calls}` : keyedPrefix + idempotencyKey;
    return new Address(clientNamespace, clientName, id);
  }

  /**
   * Whether a request was made before under its key. Throws IDEMPOTENCY_CONFLICT when that was another request.
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

  /** Whether the answer to the request under this key is known. */
  hasAnswer(idempotencyKey: string): boolean {
    return this.#read(idempotencyKey)?.answer !== undefined;
  }

  /** Remembers a request under its key, as part of the open transaction. */
  remember(idempotencyKey: string, fingerprint: string): void {
    const forget = `${kinds.forget}${ordered(this.#clock.now() + rememberedMs)}${idempotencyKey}`;
    this.#commit.put(kinds.request + idempotencyKey, encodeRemembered(fingerprint, forget));
    this.#commit.put(forget, new Uint8Array(0));
  }

  /**
   * Waits for the answer to a client's address, or takes the one that is there; `stop` ends the wait. The message to the
   * target may stand in its mailbox up to the entry with the key `last`.
   */
  wait(
    client: Address,
    target: Address,
    last: string | undefined,
  ): { readonly answer: Promise<TypedValue>; stop(error: unknown): void } {
    const call: WaitingCall = this.#waiting.get(client.id) ?? { waiters: new Set(), target, last };
    const { waiters } = call;
    let stop: (error: unknown) => void = () => {};
    const answer = new Promise<TypedValue>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      waiters.add(waiter);
      this.#waiting.set(client.id, call);
      this.#metrics.callsWaiting += 1;
      stop = (error) => {
        if (waiters.delete(waiter)) this.#metrics.callsWaiting -= 1;
        if (waiters.size === 0 && this.#waiting.get(client.id) === call) this.#waiting.delete(client.id);
        reject(error);
      };
    });
    const before = client.id.startsWith(keyedPrefix) ? this.#read(client.id.slice(keyedPrefix.length)) : undefined;
    // The answer may be in a group that is not written yet.
    if (before?.answer !== undefined) this.#resolveWhenDurable(client.id, call, before.answer);
    return { answer, stop };
  }

  /** Takes a message that was sent to a client's address, as part of the open transaction. The first one counts. */
  answer({ id }: Address, packed: Uint8Array, generation: "v2" | "v3"): void {
    if (id.startsWith(keyedPrefix)) {
      const key = id.slice(keyedPrefix.length);
      const before = this.#read(key);
      if (before === undefined || before.answer !== undefined) return;
      this.#commit.put(kinds.request + key, encodeRemembered(before.fingerprint, before.forget, packed, generation));
    }
    this.#metrics.callsAnswered += 1;
    const call = this.#waiting.get(id);
    if (call !== undefined) this.#resolveWhenDurable(id, call, decodePacked(packed, generation));
  }

  /** Ends the wait of a call whose message will not be handled for now. */
  reject({ id }: Address, error: StatefunError): void {
    for (const waiter of this.#take(id)) waiter.reject(error);
  }

  /** The same for all calls whose messages may stand in a mailbox: in that of the target, from this entry on. */
  rejectFrom(first: string, target: Address, error: StatefunError): void {
    for (const [id, call] of this.#waiting) {
      if (call.last === undefined || call.last < first || !call.target.equals(target)) continue;
      for (const waiter of this.#take(id)) waiter.reject(error);
    }
  }

  /** The same for one whose message will never be handled: under its key, it can be made anew. */
  forget(client: Address, error: StatefunError): void {
    if (client.id.startsWith(keyedPrefix)) {
      const key = client.id.slice(keyedPrefix.length);
      // Left there, it would end what is remembered of the next request under this key before its time.
      const { forget = "" } = this.#read(key) ?? {};
      if (forget !== "") this.#commit.delete(forget);
      this.#commit.delete(kinds.request + key);
    }
    this.reject(client, error);
  }

  /** Ends all waits. */
  rejectAll(error: StatefunError): void {
    for (const id of [...this.#waiting.keys()]) for (const waiter of this.#take(id)) waiter.reject(error);
  }

  #resolveWhenDurable(id: string, call: WaitingCall, answer: TypedValue): void {
    call.last = undefined;
    this.#commit.whenDurable((error) => {
      for (const waiter of this.#take(id)) {
        if (error === undefined) waiter.resolve(answer);
        else waiter.reject(error);
      }
    });
  }

  #take(id: string): Iterable<Waiter> {
    const waiters = this.#waiting.get(id)?.waiters;
    if (waiters === undefined) return [];
    this.#waiting.delete(id);
    this.#metrics.callsWaiting -= waiters.size;
    const taken = [...waiters];
    waiters.clear();
    return taken;
  }

  #read(idempotencyKey: string): Remembered | undefined {
    const stored = this.#commit.get(kinds.request + idempotencyKey);
    return stored === undefined ? undefined : decodeRemembered(stored);
  }
}

function encodeRemembered(
  fingerprint: string,
  forget: string,
  answer?: Uint8Array,
  generation?: "v2" | "v3",
): Uint8Array {
  const writer = new WireWriter();
  writer.string(fingerprintField, fingerprint);
  writer.string(forgetField, forget);
  if (answer !== undefined) writer.bytes(answerField, answer);
  if (generation === "v2") {
    writer.uint32(v2Flag);
    writer.uint32(1);
  }
  return writer.finish();
}

function decodeRemembered(bytes: Uint8Array): Remembered {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let fingerprint = "";
  let forget = "";
  let answer: Uint8Array | undefined;
  let generation: "v2" | "v3" = "v3";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === fingerprintField) fingerprint = reader.string(end);
    else if (fieldTag === answerField) answer = reader.copy(end);
    else if (fieldTag === v2Flag) generation = reader.uint32(end) === 1 ? "v2" : "v3";
    else if (fieldTag === forgetField) forget = reader.string(end);
    else reader.skip(fieldTag, end);
  }
  return { fingerprint, forget, answer: answer === undefined ? undefined : decodePacked(answer, generation) };
}
