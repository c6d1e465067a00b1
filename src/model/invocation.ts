// A call of a function and its outcome, as plain values without a wire format.

import { StatefunError } from "../errors.js";
import type { Address } from "./address.js";
import type { Expiration } from "./expiration.js";
import { type Failure, LastingFailure } from "./failure.js";
import type { TypedValue } from "./typed-value.js";

/** The two generations of the protocol: v2 is StateFun 2.0 to 2.2, v3 is StateFun 3.0 and later. */
export type Generation = "v2" | "v3";

/** One call: the messages that wait for one address, and the address's state (proto message InvocationBatchRequest). */
export interface InvocationBatch {
  readonly generation: Generation;
  readonly target: Address;
  readonly state: readonly PersistedValue[];
  readonly invocations: readonly Invocation[];
  /** Whether the engine takes an answer that says how each message of the batch ended. */
  readonly partsOffered: boolean;
}

/** A state as the engine keeps it. A state without a value is not set. */
export interface PersistedValue {
  readonly name: string;
  readonly value: TypedValue | undefined;
}

/** One message (proto message ToFunction.Invocation). */
export interface Invocation {
  /** The sender's address; undefined when the message came from an ingress. */
  readonly caller: Address | undefined;
  readonly argument: TypedValue;
}

/**
 * The effects of a batch, each kind in the order in which it happened (proto message InvocationResponse). `V` is the form of
 * the values: packed values, or the bytes of packed values as they travel.
 */
export interface Effects<V> {
  readonly mutations: readonly Mutation<V>[];
  readonly messages: readonly OutgoingMessage<V>[];
  readonly delayed: readonly (DelayedMessage<V> | Cancellation)[];
  readonly egresses: readonly EgressMessage<V>[];
}

export type SideEffects = Effects<TypedValue>;

/** A change of a state. No value deletes the state. */
export interface Mutation<V> {
  readonly name: string;
  readonly value: V | undefined;
}

/**
 * What became of the next messages of a batch, which end together. A batch has one part or several, in the order of its
 * messages, and ends early at a message that failed and may be tried again.
 */
export interface BatchPart<V = TypedValue> {
  /** How many messages have ended: the first ones that no earlier part of the batch holds. */
  readonly consumed: number;
  /** The effects of these messages. A message that was refused has none. */
  readonly effects: Effects<V>;
  /** How messages of the part ended that did not simply succeed, in their order. */
  readonly ends: readonly MessageEnd[];
}

/** How a batch ended. */
export interface BatchOutcome {
  /** The messages that no earlier part holds. */
  readonly part: BatchPart;
  /** Why the batch ended before its last message: the failure of the next one, which has to be delivered again. */
  readonly stopped: StatefunError | undefined;
}

/** How a message ended that did not simply succeed. */
export interface MessageEnd {
  /** Which message of the part, counted from 0. */
  readonly index: number;
  /** Why the function has refused the message for good; undefined when it has not. */
  readonly failure?: Failure;
  /** Whether the handler has said that it answers the caller later. */
  readonly deferred?: boolean;
  /**
   * Whether the next message of the address begins only when this one is on disk. A step of a workflow has acted, and the step
   * after it must not act on a result that a crash could lose.
   */
  readonly settles?: boolean;
}

/** A message to a function. */
export interface OutgoingMessage<V = TypedValue> {
  readonly target: Address;
  readonly argument: V;
}

/** A message that the engine delivers after a delay. */
export interface DelayedMessage<V = TypedValue> extends OutgoingMessage<V> {
  readonly delayMs: number;
  readonly cancellationToken: string | undefined;
}

/** Withdraws the delayed message that was sent with this token; v3 only. */
export interface Cancellation {
  readonly cancel: string;
}

/** A message to an egress. */
export interface EgressMessage<V = TypedValue> {
  /** The egress's namespace; `name` is its name. */
  readonly namespace: string;
  readonly name: string;
  readonly argument: V;
}

/** A state that the engine does not know yet (proto message PersistedValueSpec). */
export interface ValueSpec {
  readonly name: string;
  readonly typename: string;
  readonly expiration: Expiration;
}

/**
 * What an engine in the same process knows of what a function may send. Each check throws a {@link Refusal} where the
 * engine would refuse the effect, so that the message that sends it fails, and no other.
 */
export interface SendChecks {
  /** Throws FUNCTION_UNKNOWN when nothing serves the target. */
  target(target: Address): void;
  /** Throws EGRESS_UNKNOWN. */
  egress(namespace: string, name: string): void;
  /** Throws TOKEN_INVALID when a message that the sender has delayed waits under the token. */
  token(sender: Address, token: string): void;
}

/** A call that an engine waits for, as the one who carries it out sees it. */
export interface AwaitedCall {
  /** Whether the engine waits no more: nothing that the call still does counts. */
  readonly over: boolean;
  /** Called when the engine gives the call up before its end. Whoever carries the call out sets it. Defaults to nothing. */
  onGivenUp: (() => void) | undefined;
}

/** An engine in the same process, which takes the parts of a batch while the batch still runs. */
export interface PartTaker extends SendChecks, AwaitedCall {
  part(part: BatchPart): void;
}

/** What an endpoint in the same process answers: how a batch ended, or the states that the batch lacked. */
export type BatchAnswer = BatchOutcome | { readonly missing: readonly ValueSpec[] };

/** The engine refuses what a function has sent or written. Only the engine makes this error: a function can't throw it. */
export class Refusal extends LastingFailure {}
