// How many runs a journal has had and has, read without decoding the runs.

import { WireReader } from "../../bytes/reader.js";
import type { Outcome } from "./journal.js";
import { journalFields, outcomes, runFields } from "./journal-fields.js";

/** The numbers of one journal. */
export interface Tally {
  /** How many runs the address has had. */
  readonly taken: number;
  /** How many of them have not ended. */
  readonly live: number;
  /** How the run has ended that has ended last; undefined when none has. */
  readonly lastOutcome: Outcome | undefined;
}

/** The numbers of an address that has had no run. */
export const noRuns: Tally = { taken: 0, live: 0, lastOutcome: undefined };

/** Reads the numbers of a journal. Throws an Error when the bytes can't be read. */
export function tallyOf(bytes: Uint8Array): Tally {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let taken = 0;
  let live = 0;
  let lastOutcome: Outcome | undefined;
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === journalFields.runCount) taken = reader.int64(end);
    else if (field === journalFields.lastEnded) lastOutcome = outcomeOf(reader, end);
    else {
      if (field === journalFields.run || field === journalFields.waiting) live += 1;
      reader.skip(field, end);
    }
  }
  return { taken, live, lastOutcome };
}

/** The first outcome is the number 0, which protobuf may leave out. */
function outcomeOf(reader: WireReader, outerEnd: number): Outcome | undefined {
  const end = reader.endOfField(outerEnd);
  let outcome = 0;
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === runFields.outcome) outcome = reader.uint32(end);
    else reader.skip(field, end);
  }
  return outcomes[outcome];
}
