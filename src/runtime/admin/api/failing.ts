// What the admin server says of addresses that fail and are tried again.

/** The answers about failing addresses, by the names of their routes. */
export interface FailingAnswers {
  readonly failing: FailingList;
}

/** The addresses that fail and are tried again, those that have failed for the longest time first. */
export interface FailingList {
  readonly failing: readonly FailingAddress[];
  /** How many addresses fail in all. */
  readonly total: number;
}

/** An address that fails and is tried again. */
export interface FailingAddress extends Tries {
  /** The type name of the function. */
  readonly function: string;
  /** The id of the address. */
  readonly id: string;
}

/** How the first message of an address has failed. */
export interface Tries {
  /** How often the message has failed; 0 when no call has reached the function. */
  readonly attempts: number;
  /** The code of the last failure. */
  readonly code: string;
  /** The first line of the last failure's message. */
  readonly reason: string;
  /** When the first of these failures was. */
  readonly firstFailedAt: string;
  /** When the last failure was. */
  readonly lastFailedAt: string;
  /** When the next try begins; null while a try is in flight or waits for its turn. */
  readonly nextTryAt: string | null;
}
