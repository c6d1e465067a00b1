// What the admin server says of parked addresses.

/** The answers about parked addresses, by the names of their routes. */
export interface ParkedAnswers {
  readonly parked: ParkedList;
  readonly retryParked: ParkedRetried;
  readonly dropParked: ParkedDropped;
}

/** A page of the parked addresses, in the order of their names and ids. */
export interface ParkedList {
  readonly parked: readonly ParkedAddress[];
  /** How many addresses are parked in all, whatever the query chooses. */
  readonly total: number;
  /** The `after` of the next page; null on the last page. */
  readonly next: string | null;
}

/** A parked address. */
export interface ParkedAddress extends Parked {
  /** The type name of the function. */
  readonly function: string;
  /** The id of the address. */
  readonly id: string;
}

/** Why an address is parked. */
export interface Parked {
  /** When the address was parked. */
  readonly since: string;
  /** The code of the last failure; ADDRESS_PARKED when a person parked the address. */
  readonly code: string;
  /** The message of the last failure, or the reason that a person gave. */
  readonly reason: string;
  /** How often the first message has failed. */
  readonly attempts: number;
  /** When the first message failed first; null when it did not fail. */
  readonly firstFailedAt: string | null;
}

/** Where one request about many parked addresses has stopped. */
export interface Swept {
  /** The `through` of the next request: addresses that were parked later are left alone. */
  readonly through: string;
  /** The `after` of the next request; null when there are no more addresses. */
  readonly next: string | null;
}

/** Addresses are called again. */
export interface ParkedRetried extends Swept {
  /** How many addresses. */
  readonly retried: number;
}

/** Messages of parked addresses were removed. */
export interface ParkedDropped extends Swept {
  /** How many addresses lost messages. */
  readonly addresses: number;
  /** How many messages were removed. */
  readonly dropped: number;
}
