// What the admin server answers at the paths of a mailbox.

import type { ShownMessage } from "./values.js";

/** The answers at the paths of a mailbox, by the names of their routes. */
export interface MailboxAnswers {
  readonly mailbox: MailboxPage;
  readonly editWaiting: WaitingEdited;
  readonly dropWaiting: WaitingDropped;
}

/** A message that waits in a mailbox. */
export type ShownWaiting = ShownMessage & {
  /** Names the message in paths: its sequence number in digits, which recorded batches show too. */
  readonly message: string;
  /** The sender's address; null when the message came from outside. */
  readonly caller: string | null;
  /** Whether the message belongs to a schedule or a workflow of the runtime: then it can't be changed by hand. */
  readonly own: boolean;
};

/** `GET /addresses/:namespace/:name/:id/mailbox`: one page. It may be shorter than `limit` before the last one. */
export interface MailboxPage {
  /** The messages, in the order in which they came. */
  readonly messages: readonly ShownWaiting[];
  /** How many messages wait in all. */
  readonly waiting: number;
  /** The `after` of the next page; null on the last page. */
  readonly next: string | null;
}

/** `PUT /addresses/:namespace/:name/:id/mailbox/:message`. */
export interface WaitingEdited {
  readonly status: "edited";
}

/** `DELETE /addresses/:namespace/:name/:id/mailbox/:message`. */
export interface WaitingDropped {
  readonly status: "dropped";
}
