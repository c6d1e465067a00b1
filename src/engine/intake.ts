// Takes what comes from outside: messages, delayed messages, cancellations, and calls that wait for their answer.

import { StatefunError } from "../errors.js";
import { onAbort } from "../model/abort.js";
import type { Address } from "../model/address.js";
import { assertMetadataFits } from "../model/metadata.js";
import { assertToken } from "../model/text.js";
import { assertPacked, type TypedValue } from "../model/typed-value.js";
import type { Admission } from "./admission.js";
import { CallCycles } from "./call-cycles.js";
import { timeoutError } from "./call-timeout.js";
import type { Clock } from "./clock.js";
import type { DelayedMessages } from "./delayed.js";
import type { Delivery } from "./delivery.js";
import type { Route } from "./endpoint.js";
import type { CallOptions, CancelOptions, SendOptions } from "./engine-api.js";
import type { GroupCommit } from "./group-commit.js";
import { fingerprintOf, fingerprintOfCancel, type IdempotencyKeys } from "./idempotency-keys.js";
import type { Instances } from "./instances.js";
import type { EngineLimits } from "./limits.js";
import { DelayedMessage, Message } from "./message.js";
import type { Counters } from "./metrics.js";
import { Packed } from "./packed.js";
import { type ParkedAddresses, parkedError } from "./parked-addresses.js";
import type { ReadOnlyCalls } from "./read-only-calls.js";
import type { Traffic } from "./traffic.js";
import {
  assertAddress,
  assertDelay,
  assertIdempotencyKey,
  assertInstant,
  assertSignal,
  assertTarget,
} from "./validation.js";
import type { Wait, WaitingCalls } from "./waiting-calls.js";

const defaultTimeoutMs = 30_000;

interface IntakeParts {
  readonly admission: Admission;
  readonly keys: IdempotencyKeys;
  readonly calls: WaitingCalls;
  readonly readOnlyCalls: ReadOnlyCalls;
  readonly delayed: DelayedMessages;
  readonly delivery: Delivery;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly counters: Counters;
  /** Counts who sends what to whom. Undefined when nobody wants to know. */
  readonly traffic?: Traffic | undefined;
}

export class Intake {
  readonly #parts: IntakeParts;
  readonly #cycles: CallCycles;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#cycles = new CallCycles((address) => parts.instances.peek(address)?.call);
  }

  /** See EngineApi.send. */
  async send(target: Address, value: TypedValue, options: SendOptions): Promise<void> {
    const { admission, keys, commit, limits } = this.#parts;
    const { delayMs = 0, atMs, cancellationToken, idempotencyKey, keyLifetimeMs } = options;
    assertTarget(target);
    assertPacked(value);
    assertMetadataFits(value.metadata, limits.metadataBytes);
    assertDelay(delayMs);
    if (atMs !== undefined) assertInstant(atMs);
    if (cancellationToken !== undefined) assertToken(cancellationToken);
    if (idempotencyKey !== undefined) assertIdempotencyKey(idempotencyKey);
    admission.assertOpen();
    const fingerprint =
      idempotencyKey === undefined
        ? ""
        : fingerprintOf("send", target, value, atMs === undefined ? delayMs : `at ${atMs}`, cancellationToken);
    if (idempotencyKey !== undefined && keys.repeats(idempotencyKey, fingerprint)) return commit.durable();
    admission.assertRoom(target);
    if (cancellationToken !== undefined) this.#assertTokenFree(cancellationToken);
    const packed = this.#pack(target, value);
    const now = this.#parts.clock.now();
    const dueAt = atMs === undefined ? now + delayMs : Math.max(now, atMs);
    this.#parts.traffic?.outside.sends(target, value.typename, now);
    commit.transact(() => {
      if (idempotencyKey !== undefined) keys.remember(idempotencyKey, fingerprint, keyLifetimeMs);
      if (dueAt === now && cancellationToken === undefined) this.#deliver(target, packed, undefined);
      else this.#deliverLater(target, packed, dueAt, cancellationToken);
    });
    return commit.durable();
  }

  /** See EngineApi.cancel. */
  async cancel(cancellationToken: string, { idempotencyKey, keyLifetimeMs }: CancelOptions): Promise<boolean> {
    const { admission, keys, delayed, commit } = this.#parts;
    assertToken(cancellationToken);
    if (idempotencyKey !== undefined) assertIdempotencyKey(idempotencyKey);
    admission.assertOpen();
    const fingerprint = idempotencyKey === undefined ? "" : fingerprintOfCancel(cancellationToken);
    let withdrew: boolean;
    if (idempotencyKey !== undefined && keys.repeats(idempotencyKey, fingerprint)) {
      // Somebody may have sent another message under the token since.
      withdrew = keys.withdrew(idempotencyKey);
    } else {
      withdrew = delayed.cancel(undefined, cancellationToken);
      if (idempotencyKey !== undefined) keys.rememberCancel(idempotencyKey, fingerprint, withdrew, keyLifetimeMs);
      else if (!withdrew) return false;
    }
    await commit.durable();
    return withdrew;
  }

  /** See EngineApi.call. */
  call(target: Address, value: TypedValue, options: CallOptions): Promise<TypedValue | undefined> {
    // Many callers may wait for long, so what waits must not hold the value.
    try {
      return this.#beginCall(target, value, options).answer;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #beginCall(target: Address, value: TypedValue, options: CallOptions): Wait {
    const { admission, keys, calls, readOnlyCalls, instances, parked, commit, limits } = this.#parts;
    const { idempotencyKey, keyLifetimeMs, signal, from } = options;
    assertTarget(target);
    assertPacked(value);
    assertMetadataFits(value.metadata, limits.metadataBytes);
    if (from !== undefined) assertAddress(from);
    if (idempotencyKey !== undefined) assertIdempotencyKey(idempotencyKey);
    if (signal != null) assertSignal(signal);
    signal?.throwIfAborted();
    admission.assertOpen();
    const caller = calls.callerAddress(idempotencyKey);
    const fingerprint = idempotencyKey === undefined ? "" : fingerprintOf("call", target, value);
    const repeated = idempotencyKey !== undefined && keys.repeats(idempotencyKey, fingerprint);
    admission.assertRoomForCall();
    if (!repeated) {
      const route = admission.routeOf(target);
      if (readOnlyCalls.takes(route, value)) return this.#beginReadOnlyCall(route, target, value, options);
      admission.assertRoom(target);
    }
    const parking = parked.parkingOf(target);
    const answered = repeated && keys.resultOf(idempotencyKey) !== undefined;
    if (parking !== undefined && !answered) throw parkedError(target, parking);
    if (from !== undefined && !answered) this.#cycles.assertNone(from, target);
    if (!repeated) {
      const packed = this.#pack(target, value);
      const { traffic, clock } = this.#parts;
      traffic?.outside.sends(target, value.typename, clock.now());
      commit.transact(() => {
        if (idempotencyKey !== undefined) keys.remember(idempotencyKey, fingerprint, keyLifetimeMs);
        this.#deliver(target, packed, caller);
      });
    }
    const begun = this.#wait(caller, target, instances.lastKey(target), options);
    if (!repeated) commit.onOutcome((error) => error !== undefined && begun.stop(error));
    if (from === undefined) return begun;
    const endStep = this.#cycles.add(from, target);
    const { onEnd } = begun;
    begun.onEnd = () => {
      onEnd();
      endStep();
    };
    return begun;
  }

  /** Nothing is kept under its idempotency key: a repeat reads again. The address may be parked, and its caller in flight. */
  #beginReadOnlyCall(route: Route, target: Address, value: TypedValue, options: CallOptions): Wait {
    const { calls, readOnlyCalls } = this.#parts;
    const caller = calls.callerAddress(undefined);
    const begun = this.#wait(caller, target, undefined, options);
    const { traffic, clock } = this.#parts;
    traffic?.outside.sends(target, value.typename, clock.now());
    readOnlyCalls.call(route, target, caller, Packed.pack(value, route.generation));
    return begun;
  }

  /** Waits for the answer to a call, until its time is over or its signal ends it. */
  #wait(
    caller: Address,
    target: Address,
    lastKey: string | undefined,
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions,
  ): Wait {
    const { calls, instances, clock } = this.#parts;
    const wait = calls.wait(caller, target, lastKey);
    const timer = clock.after(timeoutMs, () =>
      wait.stop(timeoutError(target, timeoutMs, instances.peek(target), clock.now())),
    );
    const endAbort = signal == null ? undefined : onAbort(signal, () => wait.stop(signal.reason));
    wait.onEnd = () => {
      timer.cancel();
      endAbort?.();
    };
    return wait;
  }

  #pack(target: Address, value: TypedValue): Packed {
    return Packed.pack(value, this.#parts.admission.routeOf(target).generation);
  }

  #deliver(target: Address, value: Packed, caller: Address | undefined): void {
    const { delivery, counters } = this.#parts;
    counters.messagesIn += 1;
    delivery.deliver(target, new Message(caller, value));
  }

  #deliverLater(target: Address, value: Packed, dueAt: number, token: string | undefined): void {
    const { delayed, counters } = this.#parts;
    counters.messagesIn += 1;
    // The time is rounded up, because the keys of delayed messages hold whole milliseconds.
    delayed.add(new DelayedMessage(target, undefined, value, Math.ceil(dueAt), token));
  }

  #assertTokenFree(cancellationToken: string): void {
    if (!this.#parts.delayed.hasToken(undefined, cancellationToken)) return;
    throw new StatefunError(
      "TOKEN_INVALID",
      `A delayed message still waits under the cancellation token ${JSON.stringify(cancellationToken)}. Cancel it first, or take another token.`,
    );
  }
}
