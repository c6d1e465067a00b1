// What an engine asks of a function, and what the function answers: plain values, free of any wire format.

import type { Address } from "./address.js";
import type { Expiration } from "./expiration.js";
import type { TypedValue } from "./typed-value.js";

/** The two generations of the protocol: v2 is StateFun 2.0 to 2.2, v3 is StateFun 3.0 and later. */
export type Generation = "v2" | "v3";

/** One call: all messages that wait for one address, with its state (proto message InvocationBatchRequest). */
export interface InvocationBatch {
  readonly generation: Generation;
  readonly target: Address;
  readonly state: readonly PersistedValue[];
  readonly invocations: readonly Invocation[];
}

/** A state value as the engine keeps it; no value means that it is not set. */
export interface PersistedValue {
  readonly name: string;
  readonly value: TypedValue | undefined;
}

/** One message (proto message ToFunction.Invocation). */
export interface Invocation {
  /** Who sent it; undefined when it came from an ingress. */
  readonly caller: Address | undefined;
  readonly argument: TypedValue;
}

/** Everything a batch did, in the order it did it (proto message InvocationResponse). */
export interface SideEffects {
  mutations: readonly PersistedValue[];
  messages: readonly OutgoingMessage[];
  delayed: readonly (DelayedMessage | Cancellation)[];
  egresses: readonly EgressMessage[];
}

export interface OutgoingMessage {
  readonly target: Address;
  readonly argument: TypedValue;
}

export interface DelayedMessage extends OutgoingMessage {
  readonly delayMs: number;
  readonly cancellationToken: string | undefined;
}

/** Withdraws the delayed message that was sent with this token; v3 only. */
export interface Cancellation {
  readonly cancel: string;
}

export interface EgressMessage {
  /** Namespace and name of the egress. */
  readonly namespace: string;
  readonly name: string;
  readonly argument: TypedValue;
}

/** A state the engine does not know yet (proto message PersistedValueSpec). */
export interface ValueSpec {
  readonly name: string;
  readonly typename: string;
  readonly expiration: Expiration;
}
