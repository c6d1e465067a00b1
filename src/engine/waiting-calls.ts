// Calls from outside that wait for their result. A caller has an address of its own. The first message that a function sends
// to that address is the answer. A handler that ends without a value is an answer too, and so is a failure for good.

import { randomUUID } from "node:crypto";
import type { StatefunError } from "../errors.js";
import { Address } from "../model/address.js";
import { clientName, clientNamespace, isClient } from "../model/client-address.js";
import { errorOfFailure, type Failure } from "../model/failure.js";
import type { TypedValue } from "../model/typed-value.js";
import type { GroupCommit } from "./group-commit.js";
import { type CallResult, type IdempotencyKeys, type KeptResult, requestKey } from "./idempotency-keys.js";
import type { Counters } from "./metrics.js";
import type { Packed } from "./packed.js";

/** With an idempotency key, the id of a caller's address is this prefix and the key. */
const keyPrefix = "key:";

interface Waiter {
  resolve(answer: TypedValue | undefined): void;
  reject(error: unknown): void;
}

/** A call whose result is not there yet. Several callers wait for it when they used the same idempotency key. */
interface WaitingCall {
  readonly waiters: Set<Waiter>;
  readonly target: Address;
  /**
   * The last key in the target's mailbox at which the call's message may stand. Undefined when the message has been
   * consumed.
   */
  lastKey: string | undefined;
  /** Whether the call has a result, which may not be durable yet. */
  hasResult: boolean;
}

/** One caller's wait. */
export interface Wait {
  /** The answer; undefined when the handler ended without a value. Rejects with the failure of a message that failed for good. */
  readonly answer: Promise<TypedValue | undefined>;
  /** Ends the wait: `answer` rejects with the error. */
  stop(error: unknown): void;
}

export class WaitingCalls {
  readonly #keys: IdempotencyKeys;
  readonly #commit: GroupCommit;
  readonly #counters: Counters;
  /** The calls, by the ids of their callers' addresses. */
  readonly #waiting = new Map<string, WaitingCall>();
  /** Marks the calls of this run. An answer to a call of an earlier run then finds no caller. */
  readonly #start = randomUUID();
  #calls = 0;
  #count = 0;

  constructor(keys: IdempotencyKeys, commit: GroupCommit, counters: Counters) {
    this.#keys = keys;
    this.#commit = commit;
    this.#counters = counters;
  }

  /** How many callers wait. */
  get count(): number {
    return this.#count;
  }

  /** The address of a new caller. */
  callerAddress(idempotencyKey: string | undefined): Address {
    this.#calls += 1;
    const id = idempotencyKey === undefined ? `${this.#start}-${this.#calls}` : keyPrefix + idempotencyKey;
    return new Address(clientNamespace, clientName, id);
  }

  /**
   * Waits for the result of a caller's call, or takes the result that is remembered under its idempotency key.
   * `lastKey` is the last key in the target's mailbox at which the call's message may stand.
   */
  wait(caller: Address, target: Address, lastKey: string | undefined): Wait {
    // The result is read first, so that a read that fails leaves no waiting caller.
    const idempotencyKey = keyOf(caller);
    const remembered = idempotencyKey === undefined ? undefined : this.#keys.resultOf(idempotencyKey);
    const call: WaitingCall = this.#waiting.get(caller.id) ?? { waiters: new Set(), target, lastKey, hasResult: false };
    const { waiters } = call;
    let stop: (error: unknown) => void = () => {};
    const answer = new Promise<TypedValue | undefined>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      waiters.add(waiter);
      this.#waiting.set(caller.id, call);
      this.#count += 1;
      stop = (error) => {
        if (waiters.delete(waiter)) this.#count -= 1;
        if (waiters.size === 0 && this.#waiting.get(caller.id) === call) this.#waiting.delete(caller.id);
        reject(error);
      };
    });
    // The remembered result may be in a group that is not written yet.
    if (remembered !== undefined) this.#endWhenDurable(caller.id, call, remembered);
    return { answer, stop };
  }

  /**
   * Takes the answer to a call, as part of the open transaction: a message that was sent to the caller's address, or
   * undefined when the handler ended without a value. The first result of a call counts.
   */
  answer(caller: Address, value: Packed | undefined): void {
    if (!this.#record(caller, { answer: value })) return;
    this.#counters.callsAnswered += 1;
    const call = this.#waiting.get(caller.id);
    if (call !== undefined) this.#endWhenDurable(caller.id, call, { answer: value?.unpack() });
  }

  /**
   * Takes the failure of a call whose message is not tried again, as part of the open transaction. The caller learns of the
   * failure when it is durable. A repeat under the same idempotency key gets the same failure. Returns whether anybody learns of
   * the failure: a caller who waits, or a repeat.
   */
  fail(caller: Address, failure: Failure): boolean {
    // The stack is only for people who look after the functions.
    const { stack: _, ...told } = failure;
    if (!this.#record(caller, { failure: told })) return false;
    const call = this.#waiting.get(caller.id);
    if (call !== undefined) this.#endWhenDurable(caller.id, call, { failure: told });
    const idempotencyKey = keyOf(caller);
    return call !== undefined || (idempotencyKey !== undefined && this.#keys.resultOf(idempotencyKey) !== undefined);
  }

  /**
   * Ends the wait for a call whose message stays in a mailbox and is not handled for now. Nothing is kept: a repeat under the
   * same idempotency key waits again.
   */
  reject(caller: Address, error: StatefunError): void {
    for (const waiter of this.#take(caller.id)) waiter.reject(error);
  }

  /** Ends the wait for all calls whose messages may stand in the target's mailbox at this key or behind it. */
  rejectFrom(firstKey: string, target: Address, error: StatefunError): void {
    this.#rejectIf(
      error,
      (call) => call.lastKey !== undefined && call.lastKey >= firstKey && call.target.equals(target),
    );
  }

  /**
   * Ends the wait for all calls whose messages were handled and whose results are not there. `firstKeyOf` returns a key that
   * is not higher than that of any message that waits for an address.
   */
  rejectHandled(firstKeyOf: (target: Address) => string | undefined, error: StatefunError): void {
    this.#rejectIf(error, ({ target, lastKey, hasResult }) => {
      if (hasResult) return false;
      const firstKey = lastKey === undefined ? undefined : firstKeyOf(target);
      return firstKey === undefined || lastKey === undefined || lastKey < firstKey;
    });
  }

  #rejectIf(error: StatefunError, test: (call: WaitingCall) => boolean): void {
    for (const [id, call] of this.#waiting) {
      if (test(call)) for (const waiter of this.#take(id)) waiter.reject(error);
    }
  }

  /** Ends the wait for a call whose message will never be handled. Its idempotency key may be used anew. */
  forget(caller: Address, error: StatefunError): void {
    const idempotencyKey = keyOf(caller);
    if (idempotencyKey !== undefined) this.#keys.forget(idempotencyKey);
    this.reject(caller, error);
  }

  /** Ends all waits. */
  rejectAll(error: StatefunError): void {
    for (const id of [...this.#waiting.keys()]) for (const waiter of this.#take(id)) waiter.reject(error);
  }

  /** Whether the result is the call's first one. A call without an idempotency key has nothing to compare with. */
  #record(caller: Address, result: CallResult): boolean {
    const idempotencyKey = keyOf(caller);
    return idempotencyKey === undefined || this.#keys.record(idempotencyKey, result);
  }

  #endWhenDurable(id: string, call: WaitingCall, result: KeptResult): void {
    call.lastKey = undefined;
    call.hasResult = true;
    this.#commit.onOutcome((error) => {
      for (const waiter of this.#take(id)) {
        if (error !== undefined) waiter.reject(error);
        else if ("failure" in result) waiter.reject(errorOfFailure(result.failure));
        else waiter.resolve(result.answer);
      }
    });
  }

  #take(id: string): Iterable<Waiter> {
    const waiters = this.#waiting.get(id)?.waiters;
    if (waiters === undefined) return [];
    this.#waiting.delete(id);
    this.#count -= waiters.size;
    const taken = [...waiters];
    waiters.clear();
    return taken;
  }
}

/** The entries that are read when a message to this address is delivered. */
export function readsOf(target: Address): readonly string[] {
  const idempotencyKey = isClient(target) ? keyOf(target) : undefined;
  return idempotencyKey === undefined ? [] : [requestKey(idempotencyKey)];
}

function keyOf({ id }: Address): string | undefined {
  return id.startsWith(keyPrefix) ? id.slice(keyPrefix.length) : undefined;
}
