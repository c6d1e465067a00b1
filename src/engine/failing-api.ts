// The failing addresses as people see them.

import type { Address } from "../model/address.js";

/** An address whose last call failed, and which is tried again. */
export interface FailingInfo {
  /** The failing address. */
  readonly address: Address;
  /** How often the first message has failed. 0 when no call has reached the function. */
  readonly attempts: number;
  /** The code of the last failure. */
  readonly code: string;
  /** The first line of the last failure's message. */
  readonly reason: string;
  /** When the first of these failures was, in milliseconds since 1970. */
  readonly firstFailedAt: number;
  /** When the last failure was, in milliseconds since 1970. */
  readonly lastFailedAt: number;
  /** When the next try begins, in milliseconds since 1970; undefined while a try is in flight or waits for its turn. */
  readonly nextTryAt: number | undefined;
}

/** Which failing addresses to list. */
export interface FailingPage {
  /** The type name of their function. Defaults to any. */
  readonly typeName?: string;
  /** The most addresses to list. */
  readonly limit: number;
}
