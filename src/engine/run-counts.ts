// Counts the runs of workflows that begin and end, by what the journal of an address says before and after a message. So runs of
// functions in another process count too, and nothing counts that is not committed.

import type { Outcome } from "../workflows/journal/journal.js";
import { noRuns, type Tally, tallyOf } from "../workflows/journal/tally.js";
import type { Packed } from "./packed.js";

/** Runs of one function, since the start. */
export interface RunCounts {
  /** Runs that have begun, or wait for their turn. */
  readonly taken: number;
  /** Runs that have ended, by how they have. */
  readonly ended: Readonly<Record<Outcome, number>>;
}

/** Runs of one function, as they are counted. */
export interface RunCounters extends RunCounts {
  taken: number;
  readonly ended: Record<Outcome, number>;
}

const newRunCounters = (): RunCounters => ({
  taken: 0,
  ended: { completed: 0, failed: 0, cancelled: 0, restarted: 0 },
});

/** Counts what has happened between two journals of an address. A journal that can't be read counts nothing. */
export function countRuns(
  counters: { runs: RunCounters | undefined },
  before: Packed | undefined,
  after: Packed | undefined,
): void {
  const was = before === undefined ? noRuns : readTally(before);
  const is = after === undefined ? undefined : readTally(after);
  if (was === undefined || is === undefined) return;
  counters.runs ??= newRunCounters();
  // Another process may answer with any journal, and a counter never falls.
  const taken = Math.max(0, is.taken - was.taken);
  counters.runs.taken += taken;
  if (is.lastOutcome !== undefined) counters.runs.ended[is.lastOutcome] += Math.max(0, was.live + taken - is.live);
}

function readTally(journal: Packed): Tally | undefined {
  try {
    return tallyOf(journal.unpack().value);
  } catch {
    return undefined; // who calls the function, or looks at its runs, gets the error
  }
}
