// Counts what a query has read, found and could not judge.

import type { Judged } from "./row-judge.js";

/** An address that a query could not judge. */
export interface QueryFailure {
  /** The id of the address. */
  readonly id: string;
  /** Why the address could not be judged. */
  readonly message: string;
}

export class QueryCount {
  /** How many addresses were read. */
  read = 0;
  /** How many of them were found. */
  found = 0;
  /** How many of them could not be judged. */
  failed = 0;
  /** The first of these; null when there is none. */
  firstFailure: QueryFailure | null = null;

  /** Counts one address. */
  take({ id, values, failure }: Judged): void {
    this.read += 1;
    if (values !== undefined) this.found += 1;
    if (failure === undefined) return;
    this.failed += 1;
    this.firstFailure ??= { id, message: failure };
  }
}
