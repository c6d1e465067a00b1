// Prints to stdout: lines and tables for people, one JSON document for programs. Nothing is coloured.

import { oneLine, visible, visibleLine } from "../errors.js";

/** Prints a text and a newline. Text from outside may hold what a terminal would act on, so that is written out. */
export function print(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** Prints a line; resolves when stdout has taken it, and rejects when stdout can't be written. */
export function printLine(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${visibleLine(text)}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

/** Prints a text and a newline to stderr, in the same way. */
export function printError(text: string, done?: () => void): void {
  process.stderr.write(`${visible(text)}\n`, done);
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
  return shortText(id, longestId);
}

/** Shortens a text to so many characters. No half of a character stays. */
export function shortText(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…` : text;
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
