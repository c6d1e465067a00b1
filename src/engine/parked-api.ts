// The parked addresses as people see them, and how people choose many of them at once.

import type { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";

/** Which parked addresses to list. */
export interface ParkedPage {
  /** The last address of the page before. Defaults to none: the list begins. */
  readonly after?: Address;
  /** The most addresses to list. */
  readonly limit: number;
}

/** A parked address, and why it is parked. */
export interface ParkedInfo {
  /** The parked address. */
  readonly address: Address;
  /** When the address was parked, in milliseconds since 1970. */
  readonly since: number;
  /** The code of the last failure; ADDRESS_PARKED when a person parked the address. */
  readonly code: string;
  /** The message of the last failure, or the reason that a person gave. */
  readonly reason: string;
  /** How often the first message has failed. */
  readonly attempts: number;
  /** When the first message failed first, in milliseconds since 1970; undefined when it did not fail. */
  readonly firstFailedAt: number | undefined;
}

/** Chooses parked addresses. An address is chosen when all that the filter says is true of it. */
export interface ParkedFilter {
  /** The type name of the address's function. Defaults to any. */
  readonly typeName?: string;
  /** The id of the address. Defaults to any. */
  readonly id?: string;
  /** The code for which the address is parked; ADDRESS_PARKED when a person parked it. Defaults to any. */
  readonly code?: string;
  /** The fingerprint of the cause, as {@link FailureGroup} has it. Defaults to any. */
  readonly fingerprint?: string;
  /** How long ago the address must have been parked at least. Defaults to no time. */
  readonly olderThan?: Duration;
  /** How long ago the address may have been parked at most. Defaults to any time. */
  readonly newerThan?: Duration;
}

/** Options of `retryAll` and `dropAll`. */
export interface ParkedSweep {
  /** Only addresses behind this one: the `next` of the sweep before. Defaults to all. */
  readonly after?: Address;
  /** Only addresses that were parked by then, in milliseconds since 1970, as {@link ParkedSwept} has it. Defaults to now. */
  readonly through?: number;
  /** How many addresses to take at most. Defaults to no limit. */
  readonly limit?: number;
  /** Called after some addresses, with how many are done. Defaults to nothing. */
  readonly onProgress?: (done: number) => void;
}

/** What `retryAll` and `dropAll` have done. */
export interface ParkedSwept {
  /** How many addresses were taken. */
  readonly done: number;
  /** When the sweep began, in milliseconds since 1970. An address that was parked later is not touched. */
  readonly through: number;
  /** The place behind which the filter may choose more addresses, which the limit has left; undefined when there are none. */
  readonly next: Address | undefined;
}
