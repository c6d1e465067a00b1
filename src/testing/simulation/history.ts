// What happened in a run, as a table: what came, what ran, what was committed, and what went wrong.

/** The columns of the table. */
export type Column = "came" | "ran" | "committed" | "fault";

interface Row {
  readonly ms: number;
  readonly column: Column;
  readonly lines: readonly string[];
}

const titles: Readonly<Record<Column, string>> = {
  came: "what came",
  ran: "what ran",
  committed: "what was committed",
  fault: "what went wrong",
};

/** Longer lines are cut. */
const longest = 76;

export class History {
  readonly #rows: Row[] = [];

  /** Adds what happened so many milliseconds after the start. Several lines belong together. */
  add(ms: number, column: Column, ...lines: string[]): void {
    if (lines.length > 0) this.#rows.push({ ms, column, lines: lines.map(cut) });
  }

  get length(): number {
    return this.#rows.length;
  }

  toString(): string {
    const columns = (Object.keys(titles) as Column[]).filter((column) =>
      this.#rows.some((row) => row.column === column),
    );
    const table: string[][] = [["time", ...columns.map((column) => titles[column])]];
    let time = "";
    for (const { ms, column, lines } of this.#rows) {
      for (const [index, line] of lines.entries()) {
        const shown = timeText(ms);
        table.push([
          index > 0 || shown === time ? "" : shown,
          ...columns.map((other) => (other === column ? line : "")),
        ]);
        time = shown;
      }
    }
    const widths = (table[0] as string[]).map((_, place) =>
      Math.max(...table.map((cells) => cells[place]?.length ?? 0)),
    );
    const rows = table.map((cells) =>
      cells
        .map((cell, place) => cell.padEnd(widths[place] ?? 0))
        .join(" | ")
        .trimEnd(),
    );
    rows.splice(1, 0, widths.map((width) => "-".repeat(width)).join("-|-"));
    return rows.join("\n");
  }
}

const cut = (line: string) => (line.length > longest ? `${line.slice(0, longest - 1)}…` : line);

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** A time in units, for example "30 min 5 ms". */
export function timeText(ms: number): string {
  const parts: string[] = [];
  let left = Math.round(ms);
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ") || "0";
}
