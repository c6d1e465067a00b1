// `statefun query`: the addresses of a function whose states meet a condition.

import { queryThrough } from "../client/query.js";
import { oneLine, StatefunError, visible } from "../errors.js";
import { csvLine } from "../model/csv.js";
import type { QueryOptions, QueryProgress, QueryResults, QueryRow } from "../model/query.js";
import { type Input, usage } from "./parse.js";
import { print, printError, printJson, printLine, printTable, shortId, shortText } from "./print.js";

/** How many rows a table has, where --limit says nothing else. */
const tableRows = 100;
/** How many characters of a value a table shows. */
const longestCell = 60;

/** Finds addresses, and prints them as a table, or as CSV or lines of JSON while they are found. */
export async function query(input: Input): Promise<void> {
  const [typeName = "", where] = input.args;
  const format = formatOf(input);
  const limit = limitOf(input) ?? (format === "table" ? tableRows : undefined);
  const columns = input.text("columns");
  const after = input.text("after");
  const options: QueryOptions = {
    ...(where === undefined ? {} : { where }),
    ...(columns === undefined ? {} : { columns: [columns] }),
    ...(after === undefined ? {} : { after }),
    ...(limit === undefined ? {} : { limit }),
  };
  const url = (input.text("admin-url") ?? "http://127.0.0.1:7071").replace(/\/+$/, "");
  const connection = { url, bearerToken: input.text("admin-bearer-token"), fetch: globalThis.fetch };
  const results = queryThrough(connection, typeName, options);
  if (format === "ndjson") for await (const row of results) await printLine(JSON.stringify(row));
  else if (format === "csv") await printCsv(results);
  else await printRows(input, results, limit as number);
  sayFailures(results.progress);
}

type Format = "table" | "csv" | "ndjson";

/** Throws OPTION_INVALID. */
function formatOf(input: Input): Format {
  const format = input.text("format") ?? "table";
  if (format === "table" || format === "csv" || format === "ndjson") return format;
  throw usage(`--format is "${format}"; it must be table, csv or ndjson.`);
}

/** Throws OPTION_INVALID. */
function limitOf(input: Input): number | undefined {
  const text = input.text("limit");
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new StatefunError("OPTION_INVALID", `--limit is "${text}"; it must be a whole number of at least 1.`);
}

async function printRows(input: Input, results: QueryResults, limit: number): Promise<void> {
  const rows: QueryRow[] = [];
  for await (const row of results) rows.push(row);
  if (input.flag("json")) return printJson({ rows, ...results.progress });
  const head = Object.keys(rows[0]?.values ?? {});
  const cells = rows.map(({ id, values }) => [shortId(id), ...head.map((name) => cellOf(values[name]))]);
  printTable(["id", ...head], cells, `No address was found, of ${results.progress.read} that were read.`);
  const last = rows.at(-1);
  if (last !== undefined && rows.length >= limit) {
    print(oneLine(`There may be more addresses: --after ${JSON.stringify(last.id)}`));
  }
}

const cellOf = (value: unknown) =>
  value === null ? "" : shortText(typeof value === "string" ? value : JSON.stringify(value), longestCell);

async function printCsv(results: QueryResults): Promise<void> {
  let head: readonly string[] | undefined;
  for await (const { id, values } of results) {
    if (head === undefined) {
      head = Object.keys(values);
      await write(csvLine(["id", ...head]));
    }
    await write(csvLine([id, ...head.map((name) => values[name])]));
  }
  if (head === undefined) await write(csvLine(["id"]));
}

/** Writes a line as it is to a file. A terminal would act on control characters that a value may hold. */
function write(line: string): Promise<void> {
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    stdout.write(stdout.isTTY ? visible(line) : line, (error) => (error ? reject(error) : resolve()));
  });
}

/** Says which addresses are missing because the condition did not fit them. */
function sayFailures({ failed, firstFailure }: QueryProgress): void {
  if (firstFailure === null) return;
  const many = failed === 1 ? "1 address" : `${failed} addresses`;
  printError(oneLine(`The condition does not fit ${many}, such as ${firstFailure.id}: ${firstFailure.message}`));
}
