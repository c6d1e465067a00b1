// What the admin server says of one address, and of the changes that people make to it.

import type { ShownDelayed } from "./delayed.js";
import type { Tries } from "./failing.js";
import type { ShownWaiting } from "./mailbox.js";
import type { Parked } from "./parked.js";
import type { ListedRun } from "./runs.js";
import type { ShownValue } from "./values.js";

/** The answers about one address, by the names of their routes. */
export interface AddressAnswers {
  readonly address: OneAddress;
  readonly writeState: StateWritten;
  readonly deleteState: StateDeleted;
  readonly park: AddressParked;
  readonly retry: AddressRetried;
  readonly drop: MessagesDropped;
}

/** Everything that the runtime keeps of one address. */
export interface OneAddress {
  /** The type name of the function. */
  readonly function: string;
  /** The id of the address. */
  readonly id: string;
  /** The states that are set: the first 1000, or fewer when they have more than 4 MiB together. */
  readonly states: readonly HeldState[];
  /** The `afterState` of the next states; null when there are no more. */
  readonly nextState: string | null;
  /** The runs of workflows. */
  readonly runs: readonly ListedRun[];
  /** How many messages wait. */
  readonly waiting: number;
  /** The first messages that wait: 100, or fewer when they have more than 4 MiB together. */
  readonly mailbox: readonly ShownWaiting[];
  /** The delayed messages that are due next: 100, or fewer when they have more than 4 MiB together. */
  readonly delayed: readonly ShownDelayed[];
  /**
   * The `after` with which `GET /delayed?function=…&id=…` goes on with the delayed messages to the address; null when there are no
   * more. The first 10,000 delayed messages of all addresses are looked at.
   */
  readonly nextDelayed: string | null;
  /** Why the address is parked; null when it is not. */
  readonly parked: Parked | null;
  /** How the last call failed; null when it did not fail. */
  readonly failing: Tries | null;
  /** The call in flight; null when there is none. */
  readonly inFlight: InFlight | null;
}

/** A state of an address. */
export type HeldState = ShownValue & {
  /** The name of the state. */
  readonly name: string;
  /** When the state was written. */
  readonly writtenAt: string;
};

/** A call in flight. */
export interface InFlight {
  /** When the call began. */
  readonly since: string;
  /** How many of its messages have not ended. */
  readonly messages: number;
  /** The typenames of these messages, in the order of the messages, with how many messages have each. */
  readonly typenames: readonly { readonly typename: string; readonly messages: number }[];
}

/** The state is written. */
export interface StateWritten {
  readonly status: "written";
}

/** The state is deleted. */
export interface StateDeleted {
  readonly status: "deleted";
}

/** The address is parked. */
export interface AddressParked {
  readonly status: "parked";
}

/** The address is called again. */
export interface AddressRetried {
  readonly status: "retried";
}

/** Messages were removed. */
export interface MessagesDropped {
  /** How many messages were removed. */
  readonly dropped: number;
}
