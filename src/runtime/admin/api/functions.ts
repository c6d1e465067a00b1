// What the admin server says of functions and of their addresses.

import type { AddressList } from "./address-list.js";

/** The answers about functions, by the names of their routes. */
export interface FunctionAnswers {
  readonly functions: FunctionList;
  readonly addresses: AddressList;
}

/** A page of the functions, in the order of their names. */
export interface FunctionList {
  readonly functions: readonly ListedFunction[];
  /** The `after` of the next page; null on the last page. */
  readonly next: string | null;
}

/** A function, and how much it has to do. */
export interface ListedFunction {
  /** The type name of the function, "namespace/name". */
  readonly function: string;
  /** Where the function is reached: "in this process", a URL, or "served by nothing". */
  readonly endpoint: string;
  /** The states that the engine knows. */
  readonly states: readonly KnownState[];
  /** The addresses that hold a state or a message, of which at most 1000 are counted. */
  readonly addresses: number;
  /** The messages that wait for the addresses that were counted. */
  readonly waiting: number;
  /** Whether there are more addresses than were counted. */
  readonly more: boolean;
  /** The parked addresses. */
  readonly parked: number;
  /** The addresses whose last call failed, and which are tried again. */
  readonly failing: number;
  /** The calls in flight. */
  readonly inFlight: number;
  /** When the oldest call in flight began; null when there is none. */
  readonly oldestCall: string | null;
}

/** A state of a function. */
export interface KnownState {
  /** The name of the state. */
  readonly name: string;
  /** The typename of the state's values. */
  readonly typename: string;
  /** When the state's time to live begins anew: "none" for a state that stays, "after-write" or "after-call". */
  readonly expireMode: string;
  /** The time to live in milliseconds; 0 for a state that stays. */
  readonly expireAfterMs: number;
}
