// One address that is awake: its mailbox, its state, and whether a call for it is in flight.

import type { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { append, none } from "../model/append.js";
import type { Backlog, Memory } from "./backlog.js";
import type { Call } from "./call.js";
import type { Timer } from "./clock.js";
import { DurableQueue, type QueueStore } from "./durable-queue.js";
import type { KnownFunction } from "./function-table.js";
import { kinds } from "./keys.js";
import { decodeMessage, type Message } from "./message.js";
import { StateValues } from "./state-values.js";

/** Why an address is parked, as the store keeps it. */
export interface Parking {
  readonly since: number;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  /** When the first message failed first; missing when it did not fail, and in older folders. */
  readonly firstFailedAt?: number;
}

/** How the last call of a message failed. The times are in milliseconds since 1970. */
interface LastFailure {
  readonly error: StatefunError;
  readonly at: number;
  /** When the first of its calls failed. */
  readonly firstAt: number;
}

/** From so many bytes on, the mailbox of a parked address counts as long. */
const longMailboxBytes = 64 * 1024;

export class Instance {
  readonly address: Address;
  /** The part of the store's keys that names the address; see keys.ts. */
  readonly key: string;
  readonly mailbox: DurableQueue<Message>;
  readonly states: StateValues;
  /** Undefined when nothing serves the function any more: its messages wait. */
  readonly function: KnownFunction | undefined;
  /** The call in flight. */
  call: Call | undefined;
  /** Whether the address waits in its lane. */
  queued = false;
  /** Whether the mailbox is being read back from the store. */
  loading = false;
  /** How often the first message has failed since the last success. */
  attempts = 0;
  /** When the first message failed first since then, in milliseconds since 1970. It means nothing while there was no failure. */
  firstFailedAt = 0;
  /** How the last call of the first message failed; undefined when it did not. */
  lastFailure: LastFailure | undefined;
  /** When the next try of the first message begins, in milliseconds since 1970; undefined when no try is awaited. */
  retryAt: number | undefined;
  /** How many of the first messages were in a batch that failed as a whole: any of them may be the one to blame. */
  suspects = 0;
  parking: Parking | undefined;
  /** Whether the store has to say whether the address is parked; see parked-addresses.ts. */
  parkingUnread = false;
  /** How many changes by people wait for their turn or are being made. No call begins meanwhile. */
  held = 0;
  /** The generation of idle instances that last held this one, and the bytes of its states at that time; see instances.ts. */
  restedGeneration = 0;
  restedBytes = 0;
  /** Whether its next call waits until what the last call did is on disk. */
  settling = false;
  /** Whether its calls decide how many idle addresses stay in memory; see idle-size.ts. */
  watched = false;
  #retry: Timer | undefined;
  /** Called when the call in flight has ended. */
  #onCallEnded: readonly (() => void)[] = none;

  constructor(
    address: Address,
    key: string,
    known: KnownFunction | undefined,
    shared: QueueStore,
    mailboxes: Backlog,
    memory: Memory,
  ) {
    this.address = address;
    this.key = key;
    this.function = known;
    const backlog = known?.backlog ?? mailboxes;
    this.mailbox = new DurableQueue(kinds.message + key, shared, backlog, known?.decodeMessage ?? decodeMessage);
    this.states = new StateValues(key, shared.commit, known?.route.generation ?? "v3", memory);
  }

  /** Whether the address may be called: it is not parked, waits for no retry or disk, and no change by people holds it. */
  get callable(): boolean {
    return this.parking === undefined && this.#retry === undefined && this.held === 0 && !this.settling;
  }

  /** Whether something is under way at the address: a call, a read of its mailbox, a change by people, or the wait for a retry or the disk. */
  get busy(): boolean {
    return this.call !== undefined || this.loading || this.#retry !== undefined || this.held > 0 || this.settling;
  }

  /** Whether forgetting the instance loses nothing: all that it has is in the store, and nobody is about to call it. */
  get idle(): boolean {
    const { mailbox } = this;
    if (this.busy) return false;
    if (mailbox.isEmpty) return true;
    // What waits at an address that is not called is found again. A long mailbox is remembered: it takes no more messages.
    const waits = this.parking !== undefined || this.function === undefined;
    return waits && mailbox.bytes < longMailboxBytes;
  }

  /** Notes that the call of the first message has failed. */
  failed(error: StatefunError, at: number): void {
    this.lastFailure = { error, at, firstAt: this.lastFailure?.firstAt ?? at };
  }

  /** Forgets the failures of the first message: it has ended, or its tries count anew. */
  forgetFailures(): void {
    this.attempts = 0;
    this.lastFailure = undefined;
  }

  /** Lets no call begin until the timer has gone off at `retryAt`. The timer's owner calls {@link endRetryWait} then. */
  awaitRetry(timer: Timer, retryAt: number): void {
    this.#retry = timer;
    this.retryAt = retryAt;
  }

  /** Ends the wait for a retry. */
  endRetryWait(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    this.retryAt = undefined;
  }

  /** Calls back when the call in flight has ended, unless the returned function is called before. */
  onCallEnded(callback: () => void): () => void {
    this.#onCallEnded = append(this.#onCallEnded, callback);
    return () => {
      this.#onCallEnded = this.#onCallEnded.filter((other) => other !== callback);
    };
  }

  /** Says that the call in flight has ended, or that nobody waits for its end any more. */
  callEnded(): void {
    const callbacks = this.#onCallEnded;
    this.#onCallEnded = none;
    for (const callback of callbacks) callback();
  }
}
