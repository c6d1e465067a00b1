// What an engine may do in more than one order. A simulation chooses; without an order, what came first goes first.

import type { Address } from "../model/address.js";

/** The messages in a mailbox, as far as an order may know them. */
export interface WaitingSenders {
  readonly loaded: number;
  at(index: number): { readonly caller: Address | undefined };
}

/** Chooses where the guarantees leave a choice. */
export interface Order {
  /**
   * The place of the message that an address handles next. Messages of one sender must keep their order, so it is the place
   * of some sender's first message. It is not asked while the first message is tried again.
   */
  message(waiting: WaitingSenders): number;
  /** Which message is delivered next, of so many delayed messages that are due at the same instant. */
  delayed(count: number): number;
}
