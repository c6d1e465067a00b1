// The id of a run, as the one who cancels the run gives it.

import { describeValue, StatefunError } from "../errors.js";

/** Throws VALUE_INVALID for what is no text. Without types an undefined id would name all runs of the address. */
export function assertRunId(run: unknown): void {
  if (typeof run === "string") return;
  throw new StatefunError("VALUE_INVALID", `The id of the run is ${describeValue(run)}; it must be a text.`);
}
