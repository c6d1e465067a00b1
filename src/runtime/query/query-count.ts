// Counts what a query has read, found and could not judge.

import type { QueryFailure, QueryProgress } from "../../model/query.js";
import type { Judged } from "./row-judge.js";

export class QueryCount implements QueryProgress {
  read = 0;
  found = 0;
  failed = 0;
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

/** A row as people get it: the values by the texts of their columns. */
export function rowOf(columns: readonly string[], id: string, values: readonly unknown[]) {
  return { id, values: Object.fromEntries(columns.map((column, index) => [column, values[index]])) };
}
