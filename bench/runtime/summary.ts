// The figures that tell most, from all sections of one run, in one table.

import { median, ratios, short, table } from "../statistics.ts";

export class Summary {
  readonly #rows: [what: string, figure: string][] = [];

  /** Adds the ratios of two figures that were measured in the same rounds. */
  addRatio(what: string, ours: readonly number[], others: readonly number[]): void {
    this.#rows.push([what, ratios(ours, others)]);
  }

  /** Adds a figure with its least and its greatest. */
  addFigure(what: string, values: readonly number[]): void {
    this.#rows.push([what, `${short(median(values))} (${short(Math.min(...values))}–${short(Math.max(...values))})`]);
  }

  /** Returns the table, as Markdown. Undefined when no section has added anything. */
  get table(): string | undefined {
    return this.#rows.length === 0 ? undefined : table(["in one run", "median (least–greatest)"], this.#rows);
  }
}
