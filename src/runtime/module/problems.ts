// Collects the mistakes of one module file, each with its place.

import type { LineCounter } from "yaml";
import { oneLine, StatefunError } from "../../errors.js";

/** How many mistakes the error shows; the others are only counted. */
const mostShown = 20;

export class Problems {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #found: { readonly offset: number; readonly text: string }[] = [];

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  /** Returns a place in the file, such as "module.yaml, line 12". */
  where(offset: number): string {
    return `${this.#file}, line ${this.#lines.linePos(offset).line}`;
  }

  add(offset: number, text: string): void {
    this.#found.push({ offset, text: oneLine(text) }); // the text may quote the file
  }

  /** Throws MODULE_INVALID with all mistakes in the order of the file, when there are any. */
  throwAny(): void {
    if (this.#found.length === 0) return;
    const lines = [...this.#found]
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, text }) => {
        const { line, col } = this.#lines.linePos(offset);
        return `${this.#file}:${line}:${col}: ${text}`;
      });
    const hidden = lines.length - mostShown;
    if (hidden > 0) lines.splice(mostShown, hidden, `… and ${hidden} more.`);
    throw new StatefunError("MODULE_INVALID", lines.join("\n"));
  }
}
