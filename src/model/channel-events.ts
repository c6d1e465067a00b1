// What the embedded runtime publishes on its channels of node:diagnostics_channel.

import type { StatefunError } from "../errors.js";
import type { Address } from "./address.js";
import type { TypedValue } from "./typed-value.js";

/** A call of a function that has ended. */
export interface BatchEvent {
  /** The address that was called. */
  readonly address: Address;
  /** How many messages the call carried. */
  readonly messages: number;
  /** How many of these messages have ended. */
  readonly ended: number;
  /** How many milliseconds the call took. */
  readonly duration: number;
  /** Why the call has failed; undefined when it has not. */
  readonly error: StatefunError | undefined;
}

/** A group of changes that is on disk. */
export interface CommitEvent {
  /** How many keys were written. */
  readonly writes: number;
  /** How many bytes were written. */
  readonly bytes: number;
  /** How many milliseconds the write took. */
  readonly duration: number;
}

/** A request to an ingress that was answered. */
export interface IngressEvent {
  readonly ingress: "http" | "playground";
  /** "OK", or the code of the error, or "CLIENT_LEFT". */
  readonly code: string;
  /** How many milliseconds after the head of the request the answer was ready. */
  readonly duration: number;
}

/** A try to hand a record to an egress. */
export interface EgressEvent {
  /** The type name of the egress. */
  readonly egress: string;
  /** The id of the record. */
  readonly id: string;
  readonly value: TypedValue;
  /** Which try of the record it was, counted from 1. */
  readonly attempt: number;
  /** How many milliseconds the try took. */
  readonly duration: number;
  /** Why the egress did not take the record; undefined when it has. */
  readonly error: Error | undefined;
}

/** The events of the embedded runtime, by the names of their channels. */
export interface ChannelEvents {
  readonly "statefun:batch": BatchEvent;
  readonly "statefun:commit": CommitEvent;
  readonly "statefun:ingress": IngressEvent;
  readonly "statefun:egress": EgressEvent;
}
