// What the admin server answers to a query over the states of a function.

/** The answer to a query, by the name of its route. With another format than JSON it is a stream. */
export interface QueryAnswers {
  readonly query: QueryPage;
}

/** One address that a query has found. */
export interface QueryRow {
  /** The id of the address. */
  readonly id: string;
  /**
   * The values of the columns, by the text of each column. A column that does not fit the address is null. A column of a state of
   * more than 256 KiB is the number of its bytes, `{"bytes": 52428800}`.
   */
  readonly values: Readonly<Record<string, unknown>>;
}

/** An address that a query could not judge, because the condition does not fit its states. */
export interface QueryFailure {
  /** The id of the address. */
  readonly id: string;
  /** Why the address could not be judged, with the place in the expression. */
  readonly message: string;
}

/** How a query went. It is also the last line of `format=ndjson`, under the name `end`. */
export interface QueryEnd {
  /** How many addresses were read. */
  readonly read: number;
  /** How many of them were found. */
  readonly found: number;
  /** How many of them could not be judged. They are not found. */
  readonly failed: number;
  /** The first address that could not be judged; null when there is none. */
  readonly firstFailure: QueryFailure | null;
  /** The `after` of the next page; null when the query has come to the end. */
  readonly next: string | null;
}

/** `GET /functions/:namespace/:name/query` with `format=json`: one page. It may be empty before the last one. */
export interface QueryPage extends QueryEnd {
  /** The columns, in their order. */
  readonly columns: readonly string[];
  /** The addresses that were found, in the order of their ids. */
  readonly rows: readonly QueryRow[];
}
