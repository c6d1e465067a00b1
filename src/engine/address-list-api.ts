// The addresses of one function as people list them.

import type { TypedValue } from "../model/typed-value.js";
import type { FailingInfo } from "./failing-api.js";
import type { ParkedInfo } from "./parked-api.js";
import type { LargeState } from "./states-api.js";

/** Chooses addresses: those that are parked, fail and are tried again, have messages, or have delayed messages. */
export type AddressFilter = "parked" | "failing" | "waiting" | "delayed";

/** Which addresses of a function to list. */
export interface AddressesPage {
  /** The `next` of the page before. Defaults to none: the list begins. */
  readonly after?: string;
  /** The most addresses to list. */
  readonly limit: number;
  /** Only ids that begin with this text. Defaults to all. */
  readonly prefix?: string;
  /** Which addresses to choose. Defaults to all that hold a state or a message. */
  readonly filter?: AddressFilter;
  /** The names of the states whose values are read. Defaults to none. */
  readonly columns?: readonly string[];
}

/** One address of a list. */
export interface ListedAddress {
  /** The id of the address. */
  readonly id: string;
  /** How many messages wait. */
  readonly depth: number;
  /** Why the address is parked; undefined when it is not. */
  readonly parked: ParkedInfo | undefined;
  /** How the last call failed; undefined when it did not, and when the address is parked. */
  readonly failing: FailingInfo | undefined;
  /** How many delayed messages to the address the page has found; undefined unless the filter is "delayed". */
  readonly delayed: number | undefined;
  /** The values of the columns, in their order, or their heads; undefined for a state that is not set. */
  readonly columns: readonly (TypedValue | LargeState | undefined)[];
}

/** A page of addresses. */
export interface AddressesFound {
  /**
   * The addresses in the order of their ids. With the filter "delayed" they are in the order of their next delayed messages, and
   * an address with many of them may come on several pages.
   */
  readonly addresses: readonly ListedAddress[];
  /** The `after` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}
