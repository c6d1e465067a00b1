// The dead letters as their users see them: people list them, look at them, correct them, send them again, and drop them.

import type { DeadLetter } from "../model/dead-letter.js";
import type { Duration } from "../model/duration.js";
import type { TypedValue } from "../model/typed-value.js";

/** Chooses dead letters. A letter is chosen when all that the filter says is true of it. */
export interface DeadLetterFilter {
  /** The type name of the function that the message was sent to. Defaults to any. */
  readonly typeName?: string;
  /** The id that the message was sent to. Defaults to any. */
  readonly id?: string;
  /** The code of the last failure. Defaults to any. */
  readonly code?: string;
  /** The fingerprint of the cause, as {@link FailureGroup} has it. Defaults to any. */
  readonly fingerprint?: string;
  /** How long ago the last failure must be at least. Defaults to no time. */
  readonly olderThan?: Duration;
  /** How long ago the last failure may be at most. Defaults to any time. */
  readonly newerThan?: Duration;
}

/** Which page of a list. */
export interface DeadLetterPage {
  /** Only letters behind this one: the `next` of the page before. Defaults to all. */
  readonly after?: string;
  /** How many letters to list at most. Defaults to 100. */
  readonly limit?: number;
}

/** Options of {@link DeadLetterApi.resendAll} and {@link DeadLetterApi.dropAll}. */
export interface DeadLetterSweep {
  /** How many letters to take at most. Defaults to no limit. */
  readonly limit?: number;
  /** The last letter to take, as {@link DeadLetterSwept} has it. Defaults to the last letter there is at the call. */
  readonly through?: string;
  /** Called after some letters, with how many are done. Defaults to nothing. */
  readonly onProgress?: (done: number) => void;
}

/** What {@link DeadLetterApi.resendAll} and {@link DeadLetterApi.dropAll} have done. */
export interface DeadLetterSwept {
  /** How many letters were sent again, or dropped. */
  readonly done: number;
  /** The last letter there was at the call. A letter that came later is not touched, although it may be of the same message. */
  readonly through: string;
  /** Whether the filter may choose more letters, which the limit has left. */
  readonly more: boolean;
}

/** Shows and changes the dead letters that are kept. */
export interface DeadLetterApi {
  /** Lists letters, the oldest first. `next` is undefined on the last page. Rejects with OPTION_INVALID. */
  list(filter?: DeadLetterFilter, page?: DeadLetterPage): Promise<{ letters: DeadLetter[]; next: string | undefined }>;
  /** Finds one letter. Rejects with NOT_FOUND. */
  get(id: string): Promise<DeadLetter>;
  /** Replaces the message of a letter. Its metadata stays, unless the new value has metadata of its own. Rejects with NOT_FOUND, VALUE_UNTYPED and the errors of every change. */
  edit(id: string, value: TypedValue): Promise<void>;
  /**
   * Sends the message of a letter to its address again and removes the letter, both or neither. Rejects with NOT_FOUND,
   * FUNCTION_UNKNOWN, MAILBOX_FULL, OVERLOADED and the errors of every change.
   */
  resend(id: string): Promise<void>;
  /** Removes a letter with its message. Rejects with NOT_FOUND and the errors of every change. */
  drop(id: string): Promise<void>;
  /** Sends the messages of letters again, one after the other. Rejects as {@link resend} does; letters before stay sent. */
  resendAll(filter?: DeadLetterFilter, sweep?: DeadLetterSweep): Promise<DeadLetterSwept>;
  /** Removes letters with their messages. Rejects with OPTION_INVALID and the errors of every change. */
  dropAll(filter?: DeadLetterFilter, sweep?: DeadLetterSweep): Promise<DeadLetterSwept>;
}
