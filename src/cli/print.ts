// Prints to stdout: lines and tables for people, one JSON document for programs. Nothing is coloured.

import { oneLine } from "../errors.js";

/** Prints a text and a newline. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints one JSON document. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2));
}

/** Prints a table with a head, or `none` when the table has no rows. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[], none: string): void {
  print(rows.length === 0 ? none : columns([head.map((title) => title.toUpperCase()), ...rows]));
}

const longestId = 80;

/** Shortens an id for a table. The output of --json has the whole id. */
export function shortId(id: string): string {
  return id.length > longestId ? `${id.slice(0, longestId - 1).replace(/[\ud800-\udbff]$/, "")}…` : id;
}

/** Aligns cells in columns. Control characters are escaped, so that a message or an id can't break out of its line. */
export function columns(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(oneLine));
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  return shown
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
