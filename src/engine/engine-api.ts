// What an engine offers to those around it: ingresses send and call, egresses take records, people look and mend.

import type { Address } from "../model/address.js";
import type { TypedValue } from "../model/typed-value.js";

/** Options of {@link EngineApi.send}. */
export interface SendOptions {
  /** Milliseconds until the message is delivered. Defaults to 0: at once. */
  readonly delayMs?: number;
  /** Withdraws a delayed message; see {@link EngineApi.cancel}. */
  readonly cancellationToken?: string;
  /** A second send with the same key does nothing, for 24 hours. */
  readonly idempotencyKey?: string;
}

/** Options of {@link EngineApi.call}. */
export interface CallOptions {
  /** A second call with the same key gets the first one's answer, for 24 hours. */
  readonly idempotencyKey?: string;
  /** How long to wait for the answer. Defaults to 30,000 ms. */
  readonly timeoutMs?: number;
  /** Stops waiting; the message stays sent. */
  readonly signal?: AbortSignal;
}

/** One record on its way out. */
export interface EgressRecord {
  /**
   * Grows with every record of an egress, in a new data folder too, and stays the same when the record comes again. Digits
   * and letters.
   */
  readonly id: string;
  /** "namespace/name". */
  readonly egress: string;
  readonly value: TypedValue;
}

/** Takes the records of one egress. */
export interface EgressConsumer {
  /** How many records may be unacknowledged at once. */
  readonly window: number;
  /**
   * Takes a record that is durable in the store, in the order of their ids. Resolving acknowledges it: it never comes
   * again. After a rejection, or a restart before the acknowledgement, it does.
   */
  receive(record: EgressRecord): Promise<void>;
}

/** A function the engine has met, or one that nothing serves and that has waiting messages or parked addresses. */
export interface FunctionInfo {
  readonly typeName: string;
  readonly endpoint: string;
  readonly states: readonly { name: string; typename: string; expireMode: string; expireAfterMs: number }[];
}

/** A message that waits. */
export interface WaitingMessage {
  readonly caller: Address | undefined;
  readonly value: TypedValue;
}

export interface DelayedInfo extends WaitingMessage {
  readonly target: Address;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  readonly cancellationToken: string | undefined;
}

/** Why an address gets no more messages until someone lets it. */
export interface ParkedInfo {
  readonly address: Address;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
}

/** All there is to see of one address. */
export interface AddressInfo {
  readonly address: Address;
  readonly states: readonly { name: string; value: TypedValue; writtenAt: number }[];
  /** How many messages wait, and the first 100 of them. */
  readonly depth: number;
  readonly mailbox: readonly WaitingMessage[];
  /** The first 100 delayed messages to it that are due next. */
  readonly delayed: readonly DelayedInfo[];
  readonly parked: ParkedInfo | undefined;
  readonly inFlight: boolean;
}

/** Counts since the start, and sizes now. */
export interface EngineMetrics {
  messagesIn: number;
  messagesDelivered: number;
  batches: number;
  batchFailures: number;
  callsAnswered: number;
  egressRecords: number;
  egressAcknowledged: number;
  delayedScheduled: number;
  delayedFired: number;
  delayedCancelled: number;
  commits: number;
  commitBytes: number;
  commitWrites: number;
  /** Seconds spent in commits, and a histogram of one's seconds; see metrics.ts for the bounds. */
  commitSeconds: number;
  readonly commitBuckets: number[];
  batchSeconds: number;
  readonly batchBuckets: number[];
  /** Now. */
  mailboxMessages: number;
  mailboxBytes: number;
  inFlight: number;
  parked: number;
  delayedPending: number;
  outboxRecords: number;
  callsWaiting: number;
}

/** Upper bounds, in seconds, of the histograms' buckets; the last bucket has none. */
export const bucketBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface EngineApi {
  readonly metrics: Readonly<EngineMetrics>;
  /** Undefined while all is well; else why nothing is taken (the disk is full, too much waits, the engine is closing). */
  readonly trouble: { readonly code: string; readonly message: string } | undefined;
  /** Whether something serves this function. */
  serves(namespace: string, name: string): boolean;
  /**
   * Sends a message from outside; resolves when it is durable. Rejects with FUNCTION_UNKNOWN, VALUE_UNTYPED, ID_MISSING,
   * MAILBOX_FULL (this address), OVERLOADED (all), STORE_FULL, STORE_FAILED, TOKEN_INVALID, IDEMPOTENCY_CONFLICT,
   * SHUTTING_DOWN, and TARGET_INVALID, DELAY_INVALID and OPTION_INVALID (the key) for what is none.
   */
  send(target: Address, value: TypedValue, options?: SendOptions): Promise<void>;
  /**
   * Withdraws a delayed message that was sent from outside with this cancellation token; resolves to whether there was one. Rejects with
   * TOKEN_INVALID.
   */
  cancel(cancellationToken: string): Promise<boolean>;
  /**
   * Sends a message and waits for the first one that is sent back to its caller, when that is durable. Rejects as
   * {@link send} does, and with ANSWER_TIMEOUT, ADDRESS_PARKED, and the signal's reason.
   */
  call(target: Address, value: TypedValue, options?: CallOptions): Promise<TypedValue>;
  /**
   * Hands the records of an egress to its consumer. One egress has one consumer.
   *
   * @example
   * ```ts
   * import { StatefunRuntime } from "statefun-ts/runtime";
   *
   * await using runtime = await StatefunRuntime.open({ dir: false });
   * runtime.engine.attach("example/log", {
   *   window: 100,
   *   receive: async ({ id, value }) => console.log(id, value.typename),
   * });
   * ```
   */
  attach(egress: string, consumer: EgressConsumer): void;

  functions(): FunctionInfo[];
  /** The addresses of one function that hold a state or a message, in order of their ids, behind `after`. */
  addresses(typeName: string, page: { after?: string; limit: number }): Promise<{ id: string; depth: number }[]>;
  inspect(address: Address): Promise<AddressInfo>;
  parked(page: { limit: number }): ParkedInfo[];
  /**
   * Writes or, with undefined, deletes a state, between two calls of the address. Rejects with STATE_TYPENAME_CHANGED.
   */
  setState(address: Address, name: string, value: TypedValue | undefined): Promise<void>;
  /** Delivers nothing to the address until {@link retry}; a call in flight goes on. */
  park(address: Address, reason: string): Promise<void>;
  /** Lets a parked address go on, or ends the wait before its next try. */
  retry(address: Address): Promise<void>;
  /**
   * Removes the message that is the first now, or all that wait now, unless a call in flight takes them, and lets the
   * address go on; resolves to how many were removed. Like setState and retry it waits for the call in flight, and rejects
   * with ANSWER_TIMEOUT when that does not end within ten seconds.
   */
  drop(address: Address, which: "first" | "all"): Promise<number>;
  /** Stops taking messages, finishes what is in flight within `graceMs`, and makes all of it durable. */
  close(graceMs: number): Promise<void>;
}
