// The engine as its users see it: ingresses send and call, egresses take records, and people look at addresses and change them.

import type { Address } from "../model/address.js";
import type { ExpireMode } from "../model/expiration.js";
import type { RetryPolicy } from "../model/function-policy.js";
import type { TypedValue } from "../model/typed-value.js";
import type { AddressesFound, AddressesPage } from "./address-list-api.js";
import type { DeadLetterApi } from "./dead-letter-api.js";
import type { DelayedApi, DelayedInfo, WaitingMessage } from "./delayed-api.js";
import type { EgressFailure, EgressInfo, EgressKind } from "./egresses-api.js";
import type { FailingInfo, FailingPage } from "./failing-api.js";
import type { FailuresApi } from "./failures-api.js";
import type { MailboxApi } from "./mailbox-api.js";
import type { EngineMetrics } from "./metrics-api.js";
import type { ParkedFilter, ParkedInfo, ParkedPage, ParkedSweep, ParkedSwept } from "./parked-api.js";
import type { LargeState, StateRow, StatesFound, StatesPage } from "./states-api.js";

/** Options of {@link EngineApi.send}. */
export interface SendOptions {
  /** Milliseconds until the message is delivered. Defaults to 0. */
  readonly delayMs?: number;
  /** When the message is delivered, in milliseconds since 1970, in place of a delay. Defaults to none. */
  readonly atMs?: number;
  /** Names the message for {@link EngineApi.cancel}. Defaults to none. */
  readonly cancellationToken?: string;
  /** A second send with the same key does nothing, for the key's lifetime. Defaults to none. */
  readonly idempotencyKey?: string;
  /** The milliseconds for which the key is remembered, if less than the engine's own. Defaults to the engine's own. */
  readonly keyLifetimeMs?: number;
}

/** Options of {@link EngineApi.call}. */
export interface CallOptions {
  /** A second call with the same key gets the answer of the first, for the key's lifetime. Defaults to none. */
  readonly idempotencyKey?: string;
  /** The milliseconds for which the key is remembered, if less than the engine's own. Defaults to the engine's own. */
  readonly keyLifetimeMs?: number;
  /** How many milliseconds to wait for the answer. Defaults to 30,000. */
  readonly timeoutMs?: number;
  /** The address whose handler waits for the answer. Defaults to none: no handler waits. */
  readonly from?: Address;
  /** Ends the wait. The message stays sent. Defaults to none. */
  readonly signal?: AbortSignal;
}

/** Options of {@link EngineApi.cancel}. */
export interface CancelOptions {
  /** A second cancellation with the same key does nothing and gets the result of the first, for the key's lifetime. Defaults to none. */
  readonly idempotencyKey?: string;
  /** The milliseconds for which the key is remembered, if less than the engine's own. Defaults to the engine's own. */
  readonly keyLifetimeMs?: number;
}

/** One record of an egress. */
export interface EgressRecord {
  /**
   * Digits and letters. It stays the same when the record comes again. As long as the clock of the machine is right, it
   * grows with every record of an egress, in a new data folder and after a backup was put back too.
   */
  readonly id: string;
  /** The egress's type name, "namespace/name". */
  readonly egress: string;
  /** The value that the function sent. */
  readonly value: TypedValue;
}

/** Takes the records of one egress. */
export interface EgressConsumer {
  /** How many records may be unacknowledged at once. */
  readonly window: number;
  /** Tries that failed and that the consumer repeats by itself, since it began. Defaults to 0. */
  readonly failures?: number;
  /** The last failure of such a try. Defaults to none. */
  readonly lastFailure?: EgressFailure | undefined;
  /** What takes the records, for people. Defaults to a consumer of the program's own. */
  readonly kind?: EgressKind | undefined;
  /** Where the records go, for people: a path, or a URL without secrets. Defaults to nothing. */
  readonly target?: string | undefined;
  /**
   * Takes a record that is durable in the store. Records come in the order of their ids. When the promise resolves, the
   * record is acknowledged. The acknowledgement is written within milliseconds, and when the engine closes; from then on
   * the record never comes again. The record comes again when the promise rejects, when the process ends before the
   * acknowledgement is written, and when the store can't be written until the engine closes.
   */
  receive(record: EgressRecord): Promise<void>;
}

/** A function that was called lately, or one that nothing serves and that has waiting messages or parked addresses. */
export interface FunctionInfo {
  /** The function's type name, "namespace/name". */
  readonly typeName: string;
  /** Where the function is reached: "in this process", a URL, or "served by nothing". */
  readonly endpoint: string;
  /** The states that the engine knows. An expiration is in milliseconds. */
  readonly states: readonly { name: string; typename: string; expireMode: ExpireMode; expireAfterMs: number }[];
  /** What happens when a message fails, and how the function is called; undefined when nothing serves the function. */
  readonly policy: ServedPolicy | undefined;
}

/** What happens when a message of a function fails, and how the function is called. Infinity is no limit. */
export interface ServedPolicy {
  /** How often and how long a message that fails is tried, in milliseconds. */
  readonly retry: RetryPolicy;
  /** What becomes of a message that has used up its tries. */
  readonly onFailure: "park" | "deadLetter";
  /** The egress that the function's dead letters are sent to. */
  readonly deadLetterEgress: string;
  /** The most messages of one call. */
  readonly maxBatch: number;
  /** The most calls of the function in flight at once, as far as the function has a limit of its own. */
  readonly concurrency: number;
}

/** Which functions to list. */
export interface FunctionsPage {
  /** The type name of the last function of the page before. Defaults to none: the list begins. */
  readonly after?: string;
  /** The most functions to list. */
  readonly limit: number;
  /** Functions that something serves and that are listed although nobody has called them. Defaults to none. */
  readonly quiet?: readonly string[];
}

/** How many addresses and messages a function has. */
export interface FunctionCounts {
  /** The addresses that hold a state or a message, of which at most 1000 are counted. */
  readonly addresses: number;
  /** The messages that wait for the addresses that were counted. */
  readonly waiting: number;
  /** Whether there are more addresses. */
  readonly more: boolean;
  /** The parked addresses. */
  readonly parked: number;
}

/** A call in flight. */
export interface InFlightInfo {
  /** When the call began, in milliseconds since 1970. */
  readonly since: number;
  /** How many of its messages have not ended. */
  readonly messages: number;
  /** The typenames of these messages, in the order of the messages, with how many messages have each. */
  readonly typenames: readonly { typename: string; messages: number }[];
}

/** What goes on at the addresses of one function at this moment. */
export interface FunctionActivity {
  /** The function's type name, "namespace/name". */
  readonly typeName: string;
  /** The addresses whose last call failed, and which are tried again. */
  readonly failing: number;
  /** The calls in flight. */
  readonly inFlight: number;
  /** When the oldest call in flight began, in milliseconds since 1970; missing when there is none. */
  readonly oldestCallAt?: number;
}

/** Everything that the engine keeps of one address. */
export interface AddressInfo {
  /** The address. */
  readonly address: Address;
  /** The states that are set. `writtenAt` is in milliseconds since 1970. */
  readonly states: readonly { name: string; value: TypedValue; writtenAt: number }[];
  /** The name behind which there are more states than these; undefined when there are none. */
  readonly nextState: string | undefined;
  /** How many messages wait. */
  readonly depth: number;
  /** The first messages that wait: 100, or fewer when they have more than 4 MiB together. */
  readonly mailbox: readonly WaitingMessage[];
  /** The delayed messages to the address that are due next: 100, or fewer when they have more than 4 MiB together. */
  readonly delayed: readonly DelayedInfo[];
  /**
   * The `after` with which {@link DelayedApi.list} goes on with the delayed messages to the address; undefined when there are no
   * more. The first 10,000 delayed messages of all addresses are looked at.
   */
  readonly nextDelayed: string | undefined;
  /** Why the address is parked; undefined when it is not. */
  readonly parked: ParkedInfo | undefined;
  /** How the last call failed, and when the next try is; undefined when the last call did not fail. */
  readonly failing: FailingInfo | undefined;
  /** The call in flight; undefined when there is none. */
  readonly inFlight: InFlightInfo | undefined;
}

/** Everything that the engine keeps of one address, with the heads of large states. */
export interface AddressPreview extends Omit<AddressInfo, "states"> {
  /** The states that are set. Of a value of more than 256 KiB only the head is there. `writtenAt` is in milliseconds since 1970. */
  readonly states: readonly { name: string; value: TypedValue | LargeState; writtenAt: number }[];
}

/** One engine, as ingresses, egresses and people use it. */
export interface EngineApi {
  /** The dead letters that are kept. */
  readonly deadLetters: DeadLetterApi;
  /** The failures by their causes. */
  readonly failures: FailuresApi;
  /** The messages that wait at addresses, one by one. */
  readonly mailboxes: MailboxApi;
  /** The messages that are delivered later. */
  readonly delayed: DelayedApi;
  readonly metrics: EngineMetrics;
  /** Why nothing is taken: the disk is full, too much waits, or the engine is closing. Undefined while all is well. */
  readonly trouble: { readonly code: string; readonly message: string } | undefined;
  /** Whether something serves this function. */
  serves(namespace: string, name: string): boolean;
  /**
   * Sends a message from outside; resolves when it is durable. Rejects with FUNCTION_UNKNOWN, VALUE_UNTYPED, ID_MISSING,
   * MAILBOX_FULL (too much waits for this address), OVERLOADED (too much waits for all), STORE_FULL, STORE_FAILED,
   * TOKEN_INVALID, IDEMPOTENCY_CONFLICT, ENGINE_RESTARTING, SHUTTING_DOWN, TARGET_INVALID, TYPE_NAME_INVALID, DELAY_INVALID,
   * METADATA_TOO_LARGE, and OPTION_INVALID for the idempotency key.
   */
  send(target: Address, value: TypedValue, options?: SendOptions): Promise<void>;
  /**
   * Withdraws the delayed message that was sent from outside with this cancellation token; resolves to whether there was
   * such a message. Rejects with TOKEN_INVALID, IDEMPOTENCY_CONFLICT, STORE_FULL, STORE_FAILED, ENGINE_RESTARTING,
   * SHUTTING_DOWN, and OPTION_INVALID for the idempotency key.
   */
  cancel(cancellationToken: string, options?: CancelOptions): Promise<boolean>;
  /**
   * Sends a message and waits for its answer: the first message that a function sends back to the caller, or undefined when
   * the handler ended without a value. Resolves when the answer is durable. Rejects as {@link send} does, with the function's
   * TerminalError, with the code of a failure that another try can't end or whose message was set aside, and with
   * ANSWER_TIMEOUT, ADDRESS_PARKED, CALL_CYCLE, and the signal's reason.
   */
  call(target: Address, value: TypedValue, options?: CallOptions): Promise<TypedValue | undefined>;
  /**
   * Hands the records of an egress to its consumer. One egress has one consumer. Throws SHUTTING_DOWN.
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

  /**
   * The functions that were called since the start, and the functions that nothing serves but that have something waiting,
   * in the order of their names. Of the functions that have nothing to do, only the last 1,000 are remembered.
   */
  functions(page: FunctionsPage): Promise<FunctionInfo[]>;
  /** One function, if something serves it or {@link functions} would list it. Rejects with TYPE_NAME_INVALID. */
  function(typeName: string): Promise<FunctionInfo | undefined>;
  /**
   * The addresses of one function that hold a state or a message, or those that a filter chooses. A page is bounded in its
   * bytes too, so it may be shorter than `limit`, and even empty, before the last one. Rejects with TYPE_NAME_INVALID,
   * OPTION_INVALID, STORE_FULL and STORE_FAILED.
   */
  addresses(typeName: string, page: AddressesPage): Promise<AddressesFound>;
  /** How many addresses and messages a function has. */
  counts(typeName: string): Promise<FunctionCounts>;
  /**
   * Everything of one address, with its first 1000 states or 4 MiB of them, behind the state `afterState`. Rejects with
   * TARGET_INVALID, TYPE_NAME_INVALID, ID_MISSING, STORE_FULL and STORE_FAILED.
   */
  inspect(address: Address, page?: { afterState?: string }): Promise<AddressInfo>;
  /** As {@link inspect}, but of large states only the heads are read: to copy a large value would hold the event loop. */
  preview(address: Address, page?: { afterState?: string }): Promise<AddressPreview>;
  /** The value of one state; undefined when the state is not set. Rejects as {@link inspect} does. */
  state(address: Address, name: string): Promise<TypedValue | undefined>;
  /**
   * One state of every address of a function that holds it, in the order of their ids. A page reads a bounded number of keys, so
   * it may be shorter than `limit`, and even empty, before the last one. Rejects with TYPE_NAME_INVALID, STORE_FULL and
   * STORE_FAILED.
   */
  states(typeName: string, name: string, page: StatesPage): Promise<StatesFound>;
  /**
   * The egresses in the order of their names, with what waits for each and the oldest of these records: 10, or fewer when they have
   * more than 256 KiB together. At most 1,000 egresses are shown.
   */
  egresses(): Promise<EgressInfo[]>;
  /**
   * The states of these names of every address of a function that holds a state, in the order of the ids, behind the id `after`.
   * A few addresses come at a time, and what is not asked for is not read. Rejects with TYPE_NAME_INVALID, STORE_FULL and
   * STORE_FAILED.
   */
  stateRows(typeName: string, names: readonly string[], page?: { after?: string }): AsyncIterable<readonly StateRow[]>;
  /** The functions of which an address fails or a call is in flight, at this moment. */
  activity(): Promise<FunctionActivity[]>;
  /**
   * The addresses whose last call failed and which are tried again: the first `limit` of them, those that have failed for the
   * longest time first, and how many they are in all. Failures are kept in memory, so a restart forgets them.
   */
  failing(page: FailingPage): Promise<{ failing: FailingInfo[]; total: number }>;
  /**
   * The parked addresses that the filter chooses, in the order of their names and ids. A page is empty only at the end. Rejects
   * with OPTION_INVALID, TYPE_NAME_INVALID and DURATION_INVALID for the filter.
   */
  parked(page: ParkedPage, filter?: ParkedFilter): Promise<ParkedInfo[]>;
  /**
   * Writes a state or, with undefined, deletes it, between two calls of the address. Rejects with STATE_TYPENAME_CHANGED,
   * FUNCTION_UNKNOWN, STATE_NAME_INVALID for the state that holds the runs of workflows, and with ANSWER_TIMEOUT when the call in flight does not end within ten seconds.
   */
  setState(address: Address, name: string, value: TypedValue | undefined): Promise<void>;
  /** Delivers nothing to the address until {@link retry}. A call in flight is given up, and its late answer does not count. Rejects with FUNCTION_UNKNOWN. */
  park(address: Address, reason: string): Promise<void>;
  /**
   * Lets a parked address be called again, or ends the wait before its next try. Rejects with ANSWER_TIMEOUT when the call
   * in flight does not end within ten seconds.
   */
  retry(address: Address): Promise<void>;
  /**
   * Removes the first message of the address, or all messages that wait now, and lets the address be called again;
   * resolves to how many were removed. It waits for the call in flight, whose messages are not removed. Rejects with
   * ANSWER_TIMEOUT when that call does not end within ten seconds. A drop of all that has begun is finished: when the
   * process ends, or the promise rejects, in the middle of it, the next start removes the messages that are left.
   */
  drop(address: Address, which: "first" | "all"): Promise<number>;
  /**
   * Retries the parked addresses that the filter chooses, one after the other, in the order of their names and ids. What was
   * done before a failure stays done. Rejects as {@link parked} and {@link retry} do.
   */
  retryAll(filter?: ParkedFilter, sweep?: ParkedSweep): Promise<ParkedSwept>;
  /**
   * Removes the first message, or all messages that wait now, of each parked address that the filter chooses, and lets the
   * addresses be called again. `messages` is how many were removed. Otherwise as {@link retryAll}.
   */
  dropAll(
    which: "first" | "all",
    filter?: ParkedFilter,
    sweep?: ParkedSweep,
  ): Promise<ParkedSwept & { messages: number }>;
  /**
   * Stops taking messages, lets calls in flight end within `graceMs` milliseconds, makes their effects durable, and hands out
   * no more records.
   */
  close(graceMs: number): Promise<void>;
}
