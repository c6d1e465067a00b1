// What the admin server answers to a list of a function's addresses.

import type { ShownValue } from "./values.js";

/** One address of a list. */
export interface ListedAddress {
  /** The id of the address. */
  readonly id: string;
  /** How many messages wait in its mailbox. */
  readonly waiting: number;
  /** Since when and why the address is parked; null when it is not. */
  readonly parked: {
    /** When the address was parked. */
    readonly since: string;
    /** The code of the last failure; ADDRESS_PARKED when a person parked the address. */
    readonly code: string;
  } | null;
  /** How the last call of the address failed; null when it did not, and when the address is parked. */
  readonly failing: {
    /** How often the first message has failed; 0 when no call has reached the function. */
    readonly attempts: number;
    /** The code of the last failure. */
    readonly code: string;
    /** When the next try begins; null while a try is in flight or waits for its turn. */
    readonly nextTryAt: string | null;
  } | null;
  /**
   * How many delayed messages to the address this page has found; null unless `filter=delayed`. An address with many of them
   * may come on several pages.
   */
  readonly delayed: number | null;
  /** The states that `?columns=` names, by their names: null for a state that is not set. A value of more than 4 KiB is its head. */
  readonly columns: Readonly<Record<string, ShownValue | null>>;
}

/** `GET /functions/:namespace/:name/addresses`: one page. It may be shorter than `limit`, and even empty, before the last one. */
export interface AddressList {
  /** The addresses, in the order of their ids; with `filter=delayed`, in the order of their next delayed messages. */
  readonly addresses: readonly ListedAddress[];
  /** The `after` of the next page; null on the last page. With `filter=delayed` it is the key of a delayed message, otherwise an id. */
  readonly next: string | null;
}
