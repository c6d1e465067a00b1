// Queries over the states of a function, as whoever asks sees them: what is asked for, and what is found.

import { checked, defineOptions, nonEmptyText, positiveInteger, unchecked } from "./options.js";

/** Options of a query. */
export interface QueryOptions {
  /** The condition that the states of an address must meet, in CEL, such as `'status == "offline"'`. Defaults to none: every address. */
  readonly where?: string;
  /** What is shown of each address: expressions in CEL, such as `["status", "size(orders)"]`. Defaults to every state. */
  readonly columns?: readonly string[];
  /** The id behind which the query begins. Defaults to none: the query begins with the first address. */
  readonly after?: string;
  /** The most addresses to find. Defaults to no limit. */
  readonly limit?: number;
  /** Ends the query with the signal's reason. Defaults to none. */
  readonly signal?: AbortSignal;
}

const texts = checked(
  "a list of expressions",
  (input): input is readonly string[] =>
    Array.isArray(input) && input.length > 0 && input.every((text) => typeof text === "string"),
);

export const queryOptions = defineOptions<QueryOptions>()({
  where: nonEmptyText,
  columns: texts,
  after: nonEmptyText,
  limit: positiveInteger,
  signal: unchecked<AbortSignal>(),
});

/** An address that a query has found. */
export interface QueryRow {
  /** The id of the address. */
  readonly id: string;
  /**
   * The values of the columns as JSON, by the text of each column. A column that does not fit the address is null. A column of a state
   * of more than 256 KiB is the number of its bytes, `{ bytes: 52428800 }`.
   */
  readonly values: Readonly<Record<string, unknown>>;
}

/** An address that a query could not judge, because the condition does not fit its states. */
export interface QueryFailure {
  /** The id of the address. */
  readonly id: string;
  /** Why the address could not be judged, with the place in the condition. */
  readonly message: string;
}

/** How far a query is. */
export interface QueryProgress {
  /** How many addresses were read. */
  readonly read: number;
  /** How many of them were found. */
  readonly found: number;
  /** How many of them could not be judged. They are not found. */
  readonly failed: number;
  /** The first address that could not be judged; null when there is none. */
  readonly firstFailure: QueryFailure | null;
}

/** The addresses that a query finds, in the order of their ids. It reads as fast as its loop takes them, and ends with its loop. */
export interface QueryResults extends AsyncIterable<QueryRow> {
  /** How far the query is. A client learns it at the end. */
  readonly progress: QueryProgress;
}
