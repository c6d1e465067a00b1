// The table of runs that `statefun runs` and `statefun show` print.

import { printTable, shortId } from "./print.js";

/** An error as the admin server shows it. */
export interface ShownError {
  readonly code: string;
  readonly message: string;
}

/** What a run waits for. */
interface ShownWait {
  readonly key: string;
  readonly since: string;
  readonly until: string | null;
  readonly attempts: number;
  readonly error: ShownError | null;
}

/** A run in a list. */
export interface ListedRun {
  readonly id: string;
  readonly run: string;
  readonly workflow: string;
  readonly status: string;
  readonly since: string;
  readonly waitsFor: readonly ShownWait[];
  readonly error: ShownError | null;
}

/** Prints runs as a table, or `none` when there are none. `place` is the title of the column with the ids. */
export function printRunList(runs: readonly ListedRun[], none: string, place: "id" | "address" = "id"): void {
  const head = [place, "run", "workflow", "status", "since", "waits for", "until", "failed tries", "last error"];
  printTable(head, runs.flatMap(rowsOf), none);
}

/** One row for each thing that a run waits for, and one for a run that waits for nothing. */
function rowsOf({ id, run, workflow, status, since, waitsFor, error }: ListedRun): string[][] {
  const head = [shortId(id), run, workflow, status, since];
  if (waitsFor.length === 0) return [[...head, "", "", "", causeOf(error)]];
  return waitsFor.map(({ key, until, attempts, error }, index) => [
    ...(index === 0 ? head : head.map(() => "")),
    key,
    until ?? "",
    attempts === 0 ? "" : String(attempts),
    causeOf(error),
  ]);
}

/** Says why something has failed. */
export const causeOf = (error: ShownError | null) => (error === null ? "" : `${error.code}: ${error.message}`);
