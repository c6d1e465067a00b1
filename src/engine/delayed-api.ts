// The delayed messages as their users see them: people list them, deliver them at once, postpone them and cancel them.

import type { Address } from "../model/address.js";
import type { TypedValue } from "../model/typed-value.js";

/** A message, and who has sent it. */
interface SentMessage {
  /** The sender's address; undefined when the message came from an ingress. */
  readonly caller: Address | undefined;
  /** The message. */
  readonly value: TypedValue;
}

/** A message that waits in a mailbox. */
export interface WaitingMessage extends SentMessage {
  /** Names the message in its mailbox: its sequence number, in digits. */
  readonly message: string;
  /** Whether the message belongs to a schedule or a workflow: then it can't be changed by hand. */
  readonly own: boolean;
}

/** A delayed message. */
export interface DelayedInfo extends SentMessage {
  /** Names the message, until it is postponed. Keys sort in the order in which messages are due. */
  readonly key: string;
  /** The address that will get the message. */
  readonly target: Address;
  /** When the message is delivered, in milliseconds since 1970. */
  readonly dueAt: number;
  /** The token that withdraws the message; undefined when there is none. */
  readonly cancellationToken: string | undefined;
  /** Whether the message belongs to a schedule or a workflow: then it can't be changed by hand. */
  readonly own: boolean;
}

/** Chooses delayed messages. A message is chosen when all that the filter says is true of it. */
export interface DelayedFilter {
  /** The type name of the function that will get the message. Defaults to any. */
  readonly typeName?: string;
  /** The id that will get the message. Defaults to any. */
  readonly id?: string;
}

/** Which page of a list. */
export interface DelayedPage {
  /** The `next` of the page before. Defaults to none: the list begins. */
  readonly after?: string;
  /** The most messages to list. Defaults to 100. */
  readonly limit?: number;
}

/** A page of delayed messages. A page reads a bounded number of messages, so it may be shorter than its limit, and even empty. */
export interface DelayedFound {
  /** The messages in the order in which they are due. */
  readonly messages: readonly DelayedInfo[];
  /** The `after` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/** Options of {@link DelayedApi.deliverAll} and {@link DelayedApi.cancelAll}. */
export interface DelayedSweep {
  /** The `next` of the sweep before. Defaults to none: the sweep begins. */
  readonly after?: string;
  /** Only messages that were sent by then: the `through` of the sweep before. Defaults to now. */
  readonly through?: string;
  /** How many messages to take at most. A sweep with a limit reads a bounded number of messages. Defaults to no limit. */
  readonly limit?: number;
  /** Called after some messages, with how many are done. Defaults to nothing. */
  readonly onProgress?: (done: number) => void;
}

/** What {@link DelayedApi.deliverAll} and {@link DelayedApi.cancelAll} have done. */
export interface DelayedSwept {
  /** How many messages were taken. */
  readonly done: number;
  /** Stands for the moment at which the sweep began. A message that was sent later is not touched. */
  readonly through: string;
  /** The place behind which there may be more messages; undefined when all are done. */
  readonly next: string | undefined;
}

/**
 * Shows and changes the delayed messages. A message that is due at the moment of a change is either delivered or changed, and
 * never both: a change of a message that is gone rejects with NOT_FOUND. The messages of schedules and of workflows can't be
 * changed by hand.
 */
export interface DelayedApi {
  /** Lists messages. Rejects with OPTION_INVALID, TYPE_NAME_INVALID, STORE_FULL and STORE_FAILED. */
  list(filter?: DelayedFilter, page?: DelayedPage): Promise<DelayedFound>;
  /** Finds one message. Rejects with NOT_FOUND, STORE_FULL and STORE_FAILED. */
  get(key: string): Promise<DelayedInfo>;
  /** Delivers a message now. Rejects with NOT_FOUND, OPTION_INVALID for a message of the runtime's own, and the errors of every change. */
  deliver(key: string): Promise<void>;
  /**
   * Changes when a message is due, in milliseconds since 1970. Resolves to its key from now on. Its cancellation token stays.
   * Rejects as {@link deliver} does, and with DELAY_INVALID.
   */
  postpone(key: string, dueAt: number): Promise<{ readonly key: string; readonly dueAt: number }>;
  /** Withdraws a message. Rejects as {@link deliver} does. */
  cancel(key: string): Promise<void>;
  /** Delivers messages now, one after the other, in the order in which they are due. What was done before a failure stays done. */
  deliverAll(filter?: DelayedFilter, sweep?: DelayedSweep): Promise<DelayedSwept>;
  /** Withdraws messages. Otherwise as {@link deliverAll}. */
  cancelAll(filter?: DelayedFilter, sweep?: DelayedSweep): Promise<DelayedSwept>;
}
