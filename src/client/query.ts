// Queries of a client: the admin server finds the addresses, and the client reads them line by line while they come.

import { describe, StatefunError } from "../errors.js";
import type { QueryOptions, QueryProgress, QueryResults, QueryRow } from "../model/query.js";
import { queryOptions } from "../model/query.js";
import { parseTypeName } from "../model/type-name.js";
import { noAnswer } from "./answer.js";
import { type Connection, refusal, withToken } from "./http-request.js";
import { pathPart } from "./path.js";

type Read = ReturnType<typeof queryOptions.read>;

const begun: QueryProgress = { read: 0, found: 0, failed: 0, firstFailure: null };

/** The line of an address, or the last line. */
type Line = QueryRow | { readonly end: QueryProgress & { readonly next: string | null } };

/** Queries the states of a function through the admin server of a connection. Throws OPTION_INVALID and TYPE_NAME_INVALID. */
export function queryThrough(
  connection: Connection,
  typeName: string,
  options: QueryOptions | undefined,
): QueryResults {
  return new Results(connection, pathOf(typeName, queryOptions.read("query", options)), options?.signal);
}

class Results implements QueryResults {
  readonly #rows: AsyncGenerator<QueryRow>;
  #progress = begun;

  constructor(connection: Connection, path: string, signal: AbortSignal | undefined) {
    this.#rows = this.#read(connection, path, signal);
  }

  get progress(): QueryProgress {
    return this.#progress;
  }

  [Symbol.asyncIterator](): AsyncGenerator<QueryRow> {
    return this.#rows;
  }

  async *#read(connection: Connection, path: string, signal: AbortSignal | undefined): AsyncGenerator<QueryRow> {
    for await (const text of linesOf(connection, path, signal)) {
      const line = lineOf(text);
      if ("end" in line) {
        const { next: _, ...progress } = line.end;
        this.#progress = progress;
        return;
      }
      yield line;
    }
    throw new StatefunError("CLIENT_FAILED", "The answer to the query was cut off. Query again, behind the last id.");
  }
}

function lineOf(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch (error) {
    throw new StatefunError(
      "CLIENT_FAILED",
      "The answer to the query is not JSON. Check that the URL is that of the admin server.",
      { cause: error },
    );
  }
}

function pathOf(typeName: string, { where, columns, after, limit }: Read): string {
  const { namespace, name } = parseTypeName(typeName);
  const query = new URLSearchParams({ format: "ndjson" });
  if (where !== undefined) query.set("where", where);
  if (columns !== undefined) query.set("columns", columns.join());
  if (after !== undefined) query.set("after", after);
  if (limit !== undefined) query.set("limit", String(limit));
  return `/functions/${pathPart("namespace", namespace)}/${pathPart("name", name)}/query?${query}`;
}

/** The lines of an answer while they come. Whoever ends the loop ends the request. */
async function* linesOf(connection: Connection, path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", abort);
  try {
    const response = await connection.fetch(connection.url + path, {
      method: "GET",
      headers: withToken(connection, {}),
      signal: stop.signal,
    });
    if (!response.ok) throw refusal(connection, response, new Uint8Array(await response.arrayBuffer())).error;
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of piecesOf(response)) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown instanceof StatefunError ? thrown : failed(connection, thrown);
  } finally {
    signal?.removeEventListener("abort", abort);
    stop.abort();
  }
}

/** The body of an answer. Browsers don't iterate it. */
async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  for (;;) {
    const read = await reader?.read();
    if (read === undefined || read.done) return;
    yield read.value;
  }
}

function failed({ url }: Connection, thrown: unknown): Error {
  const { error } = noAnswer(url, thrown);
  return error instanceof StatefunError ? error : new StatefunError("CLIENT_FAILED", describe(thrown));
}
