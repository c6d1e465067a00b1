// The messages of a mailbox as people see and change them, one by one.

import type { Address } from "../model/address.js";
import type { TypedValue } from "../model/typed-value.js";
import type { WaitingMessage } from "./delayed-api.js";

/** Which page of a mailbox. */
export interface MailboxPage {
  /** The `next` of the page before. Defaults to none: the list begins. */
  readonly after?: string;
  /** The most messages to list. Defaults to 100. */
  readonly limit?: number;
}

/** A page of a mailbox. */
export interface MailboxFound {
  /** The messages in the order in which they came. A page has bounded bytes, so it may be shorter than its limit. */
  readonly messages: readonly WaitingMessage[];
  /** How many messages wait in all. */
  readonly depth: number;
  /** The `after` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Shows and changes the messages that wait at an address. A change is made between two calls of the address: a message that a call
 * has handled meanwhile is NOT_FOUND. A parked address stays parked. When the first message is changed, its tries count anew.
 */
export interface MailboxApi {
  /** Lists messages. Rejects with OPTION_INVALID, TARGET_INVALID, TYPE_NAME_INVALID, STORE_FULL and STORE_FAILED. */
  list(address: Address, page?: MailboxPage): Promise<MailboxFound>;
  /** Finds one message. Rejects as {@link list} does, and with NOT_FOUND. */
  get(address: Address, message: string): Promise<WaitingMessage>;
  /**
   * Replaces the value of a message, which keeps its place and its caller. Its metadata stays, unless the new value has metadata of
   * its own. Rejects with NOT_FOUND, VALUE_UNTYPED, OPTION_INVALID for a message of the runtime's own, ANSWER_TIMEOUT when the call in
   * flight does not end within ten seconds, and the errors of every change.
   */
  edit(address: Address, message: string, value: TypedValue): Promise<void>;
  /** Removes a message. Its caller is told, if one waits. Rejects as {@link edit} does. */
  drop(address: Address, message: string): Promise<void>;
}
