// Calls from outside that wait for their result. A caller has an address of its own. The first message that a function sends
// to that address is the answer. A handler that ends without a value is an answer too, and so is a failure for good.

import { randomUUID } from "node:crypto";
import type { StatefunError } from "../errors.js";
import { Address } from "../model/address.js";
import { none } from "../model/append.js";
import { clientName, clientNamespace, isClient } from "../model/client-address.js";
import { errorOfFailure, type Failure } from "../model/failure.js";
import type { TypedValue } from "../model/typed-value.js";
import type { GroupCommit } from "./group-commit.js";
import { type IdempotencyKeys, type KeptResult, requestKey } from "./idempotency-keys.js";
import type { Counters } from "./metrics.js";
import type { Packed } from "./packed.js";
import type { CallResult } from "./remembered-request.js";
import { Slots } from "./slots.js";

/** With an idempotency key, the id of a caller's address is this prefix and the key. */
const keyPrefix = "key:";

/** A call whose result is not there yet. Several callers wait for it when they used the same idempotency key. */
interface WaitingCall {
  /** Its number among the calls of this run. */
  readonly number: number;
  /** The id of the caller's address. */
  readonly id: string;
  waits: Wait[];
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
export class Wait {
  /** Called once, when the wait is over and before `answer` settles. */
  onEnd = () => {};
  /** The answer; undefined when the handler ended without a value. Rejects with the failure of a message that failed for good. */
  readonly answer: Promise<TypedValue | undefined>;
  readonly #stop: (wait: Wait, error: unknown) => void;
  #resolve!: (answer: TypedValue | undefined) => void;
  #reject!: (error: unknown) => void;

  constructor(stop: (wait: Wait, error: unknown) => void) {
    this.#stop = stop;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends the wait, unless it is over: `answer` rejects with the error. */
  stop(error: unknown): void {
    this.#stop(this, error);
  }

  resolve(answer: TypedValue | undefined): void {
    this.onEnd();
    this.#resolve(answer);
  }

  reject(error: unknown): void {
    this.onEnd();
    this.#reject(error);
  }
}

export class WaitingCalls {
  readonly #keys: IdempotencyKeys;
  readonly #commit: GroupCommit;
  readonly #counters: Counters;
  readonly #waiting = new Slots<WaitingCall>();
  /** The numbers of the calls that have an idempotency key, by the ids of their callers' addresses. */
  readonly #keyed = new Map<string, number>();
  /** Marks the calls of this run. An answer to a call of an earlier run then finds no caller. */
  readonly #start = `${randomUUID()}-`;
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

  /** The address of a new caller. Without an idempotency key, its id ends with the call's number. */
  callerAddress(idempotencyKey: string | undefined): Address {
    const id = idempotencyKey === undefined ? this.#start + this.#waiting.next() : keyPrefix + idempotencyKey;
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
    const call = this.#find(caller.id) ?? this.#add(caller.id, target, lastKey);
    const wait = new Wait((stopped, error) => this.#stop(call, stopped, error));
    call.waits.push(wait);
    this.#count += 1;
    // The remembered result may be in a group that is not written yet.
    if (remembered !== undefined) this.#endWhenDurable(call, remembered);
    return wait;
  }

  #stop(call: WaitingCall, wait: Wait, error: unknown): void {
    const index = call.waits.indexOf(wait);
    if (index < 0) return;
    call.waits.splice(index, 1);
    this.#count -= 1;
    if (call.waits.length === 0) this.#remove(call);
    wait.reject(error);
  }

  /**
   * Takes the answer to a call, as part of the open transaction: a message that was sent to the caller's address, or
   * undefined when the handler ended without a value. The first result of a call counts.
   */
  answer(caller: Address, value: Packed | undefined): void {
    if (!this.#record(caller, { answer: value })) return;
    this.#counters.callsAnswered += 1;
    const call = this.#find(caller.id);
    if (call !== undefined) this.#endWhenDurable(call, { answer: value?.unpack() });
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
    const call = this.#find(caller.id);
    if (call !== undefined) this.#endWhenDurable(call, { failure: told });
    const idempotencyKey = keyOf(caller);
    return call !== undefined || (idempotencyKey !== undefined && this.#keys.resultOf(idempotencyKey) !== undefined);
  }

  /**
   * Ends the wait for a call whose message stays in a mailbox and is not handled for now. Nothing is kept: a repeat under the
   * same idempotency key waits again.
   */
  reject(caller: Address, error: StatefunError): void {
    const call = this.#find(caller.id);
    if (call !== undefined) for (const wait of this.#take(call)) wait.reject(error);
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
    for (const call of this.#waiting) {
      if (test(call)) for (const wait of this.#take(call)) wait.reject(error);
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
    this.#rejectIf(error, () => true);
  }

  /** Whether the result is the call's first one. A call without an idempotency key has nothing to compare with. */
  #record(caller: Address, result: CallResult): boolean {
    const idempotencyKey = keyOf(caller);
    return idempotencyKey === undefined || this.#keys.record(idempotencyKey, result);
  }

  #endWhenDurable(call: WaitingCall, result: KeptResult): void {
    call.lastKey = undefined;
    call.hasResult = true;
    this.#commit.onOutcome((error) => {
      for (const wait of this.#take(call)) {
        if (error !== undefined) wait.reject(error);
        else if ("failure" in result) wait.reject(errorOfFailure(result.failure));
        else wait.resolve(result.answer);
      }
    });
  }

  #find(id: string): WaitingCall | undefined {
    const number = id.startsWith(this.#start) ? Number(id.slice(this.#start.length)) : this.#keyed.get(id);
    return number === undefined ? undefined : this.#waiting.get(number);
  }

  #add(id: string, target: Address, lastKey: string | undefined): WaitingCall {
    const isKeyed = !id.startsWith(this.#start);
    const number = isKeyed ? this.#waiting.next() : Number(id.slice(this.#start.length));
    if (isKeyed) this.#keyed.set(id, number);
    const call: WaitingCall = { number, id, waits: [], target, lastKey, hasResult: false };
    this.#waiting.add(call);
    return call;
  }

  #remove(call: WaitingCall): void {
    this.#waiting.remove(call);
    this.#keyed.delete(call.id);
  }

  /** Removes a call with all waits for it. */
  #take(call: WaitingCall): Iterable<Wait> {
    const taken = call.waits;
    if (taken.length > 0) this.#remove(call);
    call.waits = [];
    this.#count -= taken.length;
    return taken;
  }
}

/** The entry that is read when a message to this address is delivered; undefined for none. */
export function readOf(target: Address): string | undefined {
  const idempotencyKey = isClient(target) ? keyOf(target) : undefined;
  return idempotencyKey === undefined ? undefined : requestKey(idempotencyKey);
}

/** The entries that are read when a message to this address is delivered. */
export function readsOf(target: Address | undefined): readonly string[] {
  const key = target === undefined ? undefined : readOf(target);
  return key === undefined ? none : [key];
}

export function keyOf({ id }: Address): string | undefined {
  return id.startsWith(keyPrefix) ? id.slice(keyPrefix.length) : undefined;
}
