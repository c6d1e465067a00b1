// What the admin server answers at the paths of delayed messages.

import type { ShownMessage } from "./values.js";

/** The answers at the paths of delayed messages, by the names of their routes. */
export interface DelayedAnswers {
  readonly delayed: DelayedList;
  readonly delayedMessage: ShownDelayed;
  readonly deliverDelayed: DelayedDelivered;
  readonly postponeDelayed: DelayedPostponed;
  readonly cancelDelayed: DelayedCancelled;
  readonly deliverManyDelayed: DelayedManyDelivered;
  readonly cancelManyDelayed: DelayedManyCancelled;
}

/** A delayed message. */
export type ShownDelayed = ShownMessage & {
  /** Names the message in paths. Keys sort in the order in which the messages are due. */
  readonly key: string;
  /** The type name of the function that will get the message. */
  readonly function: string;
  /** The id of the address that will get the message. */
  readonly id: string;
  /** The sender's address; null when the message came from outside. */
  readonly caller: string | null;
  /** When the message is delivered. */
  readonly dueAt: string;
  /** The token that withdraws the message; null when there is none. */
  readonly cancellationToken: string | null;
  /** Whether the message belongs to a schedule or a workflow of the runtime: then it can't be postponed or cancelled by hand. */
  readonly own: boolean;
};

/** `GET /delayed`: one page. With a filter it may be shorter than `limit`, and even empty, before the last one. */
export interface DelayedList {
  /** The messages, in the order in which they are due. */
  readonly delayed: readonly ShownDelayed[];
  /** How many delayed messages there are in all, whatever the filter chooses. */
  readonly total: number;
  /** The `after` of the next page; null on the last page. */
  readonly next: string | null;
}

/** `POST /delayed/:key/deliver`. */
export interface DelayedDelivered {
  readonly status: "delivered";
}

/** `POST /delayed/:key/postpone`. */
export interface DelayedPostponed {
  readonly status: "postponed";
  /** The key of the message from now on. */
  readonly key: string;
  /** When the message is delivered from now on. */
  readonly dueAt: string;
}

/** `DELETE /delayed/:key`. */
export interface DelayedCancelled {
  readonly status: "cancelled";
}

/** How far a change of many delayed messages has come. */
export interface DelayedSwept {
  /** The `through` of the next request: messages that came after the first request are not touched. */
  readonly through: string;
  /** The `after` of the next request; null when all is done. */
  readonly next: string | null;
}

/** `POST /delayed/deliver`. */
export interface DelayedManyDelivered extends DelayedSwept {
  /** How many messages this request has delivered. */
  readonly delivered: number;
}

/** `POST /delayed/cancel`. */
export interface DelayedManyCancelled extends DelayedSwept {
  /** How many messages this request has cancelled. Those that belong to schedules and workflows stay. */
  readonly cancelled: number;
}
