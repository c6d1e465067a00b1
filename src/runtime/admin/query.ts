// What the admin server answers to queries: a page as JSON, or all of them as lines of JSON or as CSV while they are found.

import type { ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";
import { csvLine } from "../../model/csv.js";
import { Query } from "../query/query.js";
import { QueryCount, rowOf } from "../query/query-count.js";
import type { Judged } from "../query/row-judge.js";
import { assertFunction } from "./addressed.js";
import { type Answered, choiceOf, limitOf, ok } from "./answered.js";
import type { QueryPage, QueryRow } from "./api/query.js";
import type { Asked } from "./asked.js";
import { TextStream } from "./text-stream.js";

/** A page of JSON reads no more addresses than this, whatever it finds. */
const mostRead = 10_000;
/** The row with which a page reaches this number of characters is its last one. */
const mostCharacters = 1024 * 1024;

export const queryAnswers = {
  query: async (asked: Asked): Promise<Answered<QueryPage> | undefined> => {
    const { engine, catalog, filled, query, response } = asked;
    const typeName = `${filled.namespace}/${filled.name}`;
    const format = choiceOf(query, "format", ["json", "ndjson", "csv"]) ?? "json";
    const limit = format === "json" ? limitOf(query) : longLimitOf(query);
    await assertFunction(engine, typeName);
    const text = { typeName, where: query.get("where"), columns: query.get("columns") };
    const compiled = await Query.compile({ engine, catalog }, text);
    const judged = compiled.run(query.get("after"));
    if (format === "json") return ok(await pageOf(compiled.columns, judged, limit));
    await stream(response, { typeName, format, columns: compiled.columns, judged, limit });
    return undefined;
  },
} as const;

/** A stream has no longest limit, and none when the query has none. Throws OPTION_INVALID. */
function longLimitOf(query: ReadonlyMap<string, string>): number {
  const text = query.get("limit");
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new StatefunError(
    "OPTION_INVALID",
    `limit is "${text}" in the query; it must be a whole number of at least 1.`,
  );
}

async function pageOf(columns: readonly string[], judged: AsyncIterable<Judged>, limit: number): Promise<QueryPage> {
  const count = new QueryCount();
  const rows: QueryRow[] = [];
  let characters = 0;
  let next: string | null = null;
  for await (const one of judged) {
    // One address more than the page has says that the page is not the last one.
    if (next !== null) return { columns, rows, ...count, next };
    count.take(one);
    if (one.values !== undefined) {
      const row = rowOf(columns, one.id, one.values);
      rows.push(row);
      characters += JSON.stringify(row).length;
    }
    if (rows.length >= limit || count.read >= mostRead || characters >= mostCharacters) next = one.id;
  }
  return { columns, rows, ...count, next: null };
}

interface Streamed {
  readonly typeName: string;
  readonly format: "ndjson" | "csv";
  readonly columns: readonly string[];
  readonly judged: AsyncIterable<Judged>;
  readonly limit: number;
}

/** Sends what is found as it is found. A client that leaves ends the reading. */
async function stream(response: ServerResponse, { typeName, format, columns, judged, limit }: Streamed): Promise<void> {
  const isCsv = format === "csv";
  const text = new TextStream(response, {
    contentType: isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson",
    fileName: `${typeName.replaceAll("/", "-")}.${format}`,
  });
  const count = new QueryCount();
  let last: string | null = null;
  let next: string | null = null;
  if (isCsv) await text.add(csvLine(["id", ...columns]));
  for await (const one of judged) {
    if (text.isGone) return;
    if (count.found >= limit) {
      next = last;
      break;
    }
    count.take(one);
    last = one.id;
    const { id, values } = one;
    if (values === undefined) await text.flushIfDue();
    else await text.add(isCsv ? csvLine([id, ...values]) : `${JSON.stringify(rowOf(columns, id, values))}\n`);
  }
  await text.end(isCsv ? "" : `${JSON.stringify({ end: { ...count, next } })}\n`);
}
