// `--dry-run`: says what a change of many failures would take, and changes nothing.

import type { Input } from "./parse.js";
import { print, printJson, printTable } from "./print.js";

interface PreviewPage {
  readonly failures: readonly { readonly function: string; readonly code: string }[];
  readonly next: string | null;
}

interface PreviewOptions {
  /** What is counted, as the table and the JSON name it: "letters". */
  readonly noun: string;
  /** Stands in place of the table when nothing is chosen. */
  readonly none: string;
  /** Says what would be done to so many of them. */
  readonly say: (count: number) => string;
  /** Asks for one page of what is chosen. */
  readonly page: (place: { after: string | undefined; limit: string }) => Promise<PreviewPage>;
}

/** Counts what would be taken, by function and code. */
export async function preview(input: Input, { noun, none, say, page }: PreviewOptions): Promise<void> {
  const counts = new Map<string, { function: string; code: string; count: number }>();
  let after: string | undefined;
  let total = 0;
  do {
    const { failures, next } = await page({ after, limit: "1000" });
    for (const { function: typeName, code } of failures) {
      const key = JSON.stringify([typeName, code]);
      const counted = counts.get(key) ?? { function: typeName, code, count: 0 };
      counted.count += 1;
      counts.set(key, counted);
      total += 1;
    }
    after = next ?? undefined;
  } while (after !== undefined);
  const found = [...counts.values()];
  if (input.flag("json")) {
    return printJson({ [noun]: total, found: found.map(({ count, ...of }) => ({ ...of, [noun]: count })) });
  }
  const rows = found.map((counted) => [counted.function, counted.code, String(counted.count)]);
  printTable(["function", "code", noun], rows, none);
  if (total > 0) print(`Without --dry-run, this would ${say(total)}.`);
}
