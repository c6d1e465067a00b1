// Queries of the program that runs the functions.

import { type QueryOptions, type QueryResults, type QueryRow, queryOptions } from "../../model/query.js";
import { Query, type QueryParts } from "./query.js";
import { QueryCount, rowOf } from "./query-count.js";

/** See `StatefunRuntime.query`. */
export function queryStates(parts: QueryParts, typeName: string, options: QueryOptions | undefined): QueryResults {
  const progress = new QueryCount();
  const rows = read(parts, typeName, queryOptions.read("query", options), progress);
  return { progress, [Symbol.asyncIterator]: () => rows };
}

async function* read(
  parts: QueryParts,
  typeName: string,
  { where, columns, after, limit = Number.POSITIVE_INFINITY, signal }: ReturnType<typeof queryOptions.read>,
  progress: QueryCount,
): AsyncGenerator<QueryRow> {
  signal?.throwIfAborted();
  const query = await Query.compile(parts, { typeName, where, columns: columns?.join() });
  for await (const one of query.run(after)) {
    signal?.throwIfAborted();
    progress.take(one);
    if (one.values === undefined) continue;
    yield rowOf(query.columns, one.id, one.values);
    if (progress.found >= limit) return;
  }
}
