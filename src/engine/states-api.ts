// The states of addresses as people look at them.

import type { TypedValue } from "../model/typed-value.js";

/** Which states to list. */
export interface StatesPage {
  /** The id behind which the page begins. Defaults to none: the list begins. */
  readonly after?: string;
  /** The most states to list. */
  readonly limit: number;
}

/** A state of one address. */
export interface HeldState {
  /** The id of the address. */
  readonly id: string;
  /** The value of the state. */
  readonly value: TypedValue;
  /** When the value was written, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/** A page of states. */
export interface StatesFound {
  /** The states, in the order of the ids of their addresses. */
  readonly states: readonly HeldState[];
  /** The `after` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/** Some states of one address. */
export interface StateRow {
  /** The id of the address. */
  readonly id: string;
  /** The states that are set, by their names. Of a state of more than 256 KiB only the head is there. */
  readonly states: ReadonlyMap<string, TypedValue | LargeState>;
}

/** A state of more than 256 KiB. */
export interface LargeState {
  /** The typename of the value. */
  readonly typename: string;
  /** How many packed bytes the value has. */
  readonly bytes: number;
  /** The first 4 KiB of the packed bytes, or a little more. */
  readonly head: Uint8Array;
}
