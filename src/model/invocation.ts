// A call of a function and its outcome, as plain values without a wire format.

import type { Address } from "./address.js";
import type { Expiration } from "./expiration.js";
import type { Failure } from "./failure.js";
import type { TypedValue } from "./typed-value.js";

/** The two generations of the protocol: v2 is StateFun 2.0 to 2.2, v3 is StateFun 3.0 and later. */
export type Generation = "v2" | "v3";

/** One call: the messages that wait for one address, and the address's state (proto message InvocationBatchRequest). */
export interface InvocationBatch {
  readonly generation: Generation;
  readonly target: Address;
  readonly state: readonly PersistedValue[];
  readonly invocations: readonly Invocation[];
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

/** The effects of a batch, each kind in the order in which it happened (proto message InvocationResponse). */
export interface SideEffects {
  mutations: readonly PersistedValue[];
  messages: readonly OutgoingMessage[];
  delayed: readonly (DelayedMessage | Cancellation)[];
  egresses: readonly EgressMessage[];
}

/**
 * What became of the next messages of a batch, which end together. A batch has one part or several, in the order of its
 * messages, and ends early at a message that failed and may be tried again.
 */
export interface BatchPart<Effects = SideEffects> {
  /** How many messages have ended: the first ones that no earlier part of the batch holds. */
  readonly consumed: number;
  /** The effects of these messages. A message that was refused has none. */
  readonly effects: Effects;
  /** How messages of the part ended that did not simply succeed, in their order. */
  readonly ends: readonly MessageEnd[];
}

/** How a message ended that did not simply succeed. */
export interface MessageEnd {
  /** Which message of the part, counted from 0. */
  readonly index: number;
  /** Why the function has refused the message for good; undefined when it has not. */
  readonly failure?: Failure;
  /** Whether the handler has said that it answers the caller later. */
  readonly deferred?: boolean;
}

/** A message to a function. */
export interface OutgoingMessage {
  readonly target: Address;
  readonly argument: TypedValue;
}

/** A message that the engine delivers after a delay. */
export interface DelayedMessage extends OutgoingMessage {
  readonly delayMs: number;
  readonly cancellationToken: string | undefined;
}

/** Withdraws the delayed message that was sent with this token; v3 only. */
export interface Cancellation {
  readonly cancel: string;
}

/** A message to an egress. */
export interface EgressMessage {
  /** The egress's namespace; `name` is its name. */
  readonly namespace: string;
  readonly name: string;
  readonly argument: TypedValue;
}

/** A state that the engine does not know yet (proto message PersistedValueSpec). */
export interface ValueSpec {
  readonly name: string;
  readonly typename: string;
  readonly expiration: Expiration;
}
