// What the admin server answers to egresses and the records that wait for them.

import type { ShownMessage } from "./values.js";

/** The answers about egresses, by the names of their routes. */
export interface EgressAnswers {
  readonly egresses: EgressList;
}

/** A record that waits for its egress. */
export type ShownRecord = ShownMessage & {
  /** The id of the record, as the consumer gets it. */
  readonly record: string;
};

/** One egress. */
export interface ShownEgress {
  /** The egress's type name. */
  readonly egress: string;
  /** Whether functions may send records to the egress. One that may not only has records from before the start. */
  readonly declared: boolean;
  /** What takes the records: a function of the program, a file, a web server, the playground, or a consumer of the program's own; null for none. */
  readonly consumer: "function" | "file" | "http" | "playground" | "several" | "program" | null;
  /** The path of the file, or the URL of the web server without credentials and query; null for any other consumer. */
  readonly target: string | null;
  /** How many records are not acknowledged. */
  readonly pending: number;
  /** How many of them the consumer has. */
  readonly handedOut: number;
  /** About how many bytes of records wait. Records from before the start do not count. */
  readonly bytes: number;
  /** When the oldest record was sent, to about a second; null when nothing waits. A record from before the start counts from the start. */
  readonly oldestAt: string | null;
  /** How many tries to hand a record out have failed since the start. */
  readonly failures: number;
  /** The last of these failures; null when there was none. */
  readonly lastFailure: {
    /** When the try failed. */
    readonly at: string;
    /** The message of the error. */
    readonly message: string;
  } | null;
  /** Whether the last try has failed. */
  readonly failing: boolean;
  /** The oldest records that wait: at most 10. A value of more than 4 KiB is its head. */
  readonly records: readonly ShownRecord[];
}

/** `GET /egresses`. */
export interface EgressList {
  /** The egresses, in the order of their names. */
  readonly egresses: readonly ShownEgress[];
}
