// What the admin server says of dead letters.

import type { ShownMessage } from "./values.js";

/** The answers about dead letters, by the names of their routes. */
export interface DeadLetterAnswers {
  readonly deadLetters: DeadLetterList;
  readonly deadLetter: DeadLetter;
  readonly editDeadLetter: DeadLetterEdited;
  readonly resendDeadLetter: DeadLetterResent;
  readonly dropDeadLetter: DeadLetterDropped;
  readonly resendDeadLetters: DeadLettersResent;
  readonly dropDeadLetters: DeadLettersDropped;
}

/** A page of the dead letters, the oldest first. */
export interface DeadLetterList {
  /** The letters, without the stacks of their errors. */
  readonly letters: readonly DeadLetter[];
  /** The `after` of the next page; null on the last page. */
  readonly next: string | null;
  /** How many letters are kept in all, whatever the query chooses. */
  readonly total: number;
}

/** A message that failed for good and was set aside. */
export interface DeadLetter {
  /** Names the letter. Names sort in the order in which letters were set aside. */
  readonly letter: string;
  /** The type name of the function that the message was sent to. */
  readonly function: string;
  /** The id of the address that the message was sent to. */
  readonly id: string;
  /** The sender's address, "namespace/name/id"; null when the message came from an ingress. */
  readonly caller: string | null;
  /** The message. */
  readonly message: ShownMessage;
  /** The last failure. */
  readonly error: LetterError;
  /** How often the message was tried since the runtime was opened. */
  readonly attempts: number;
  /** When the first of those tries failed. */
  readonly firstFailedAt: string;
  /** When the last try failed. */
  readonly lastFailedAt: string;
}

/** Why a message has failed. */
export interface LetterError {
  /** A code of this package; of a terminal failure, the application's code. */
  readonly code: string;
  /** What has happened. */
  readonly message: string;
  /** Whether the function has refused the message for good. */
  readonly terminal: boolean;
  /** What a terminal failure tells the caller besides, as JSON; missing when it tells nothing. */
  readonly details?: unknown;
  /** The HTTP status of a terminal failure. */
  readonly status?: number;
  /** The stack of the error; missing when none is known, and in lists. */
  readonly stack?: string;
}

/** The message of the letter is replaced. */
export interface DeadLetterEdited {
  readonly status: "edited";
}

/** The message of the letter is sent again, and the letter is removed. */
export interface DeadLetterResent {
  readonly status: "resent";
}

/** The letter is removed with its message. */
export interface DeadLetterDropped {
  readonly status: "dropped";
}

/** Where one request about many letters has stopped. */
export interface LettersSwept {
  /** The `through` of the next request, the last letter that was there: letters that came later are left alone. */
  readonly through: string;
  /** Whether there are more letters, which the limit has left. */
  readonly more: boolean;
}

/** Messages of letters were sent again. */
export interface DeadLettersResent extends LettersSwept {
  /** How many. */
  readonly resent: number;
}

/** Letters were removed with their messages. */
export interface DeadLettersDropped extends LettersSwept {
  /** How many. */
  readonly dropped: number;
}
