// Which batches a query chooses.

import type { Recording } from "../../engine/recording.js";
import type { Address } from "../../model/address.js";

/** The names in a query that choose batches by what they are. */
export const batchFilter = ["function", "id", "idPrefix", "code", "typename", "trace"] as const;

/** Chooses batches. */
export interface BatchFilter {
  /** Whether a batch of this address may be chosen. */
  ofAddress(address: Address): boolean;
  /** Whether the batch is chosen. */
  chooses(recording: Recording): boolean;
}

/** Reads the filter of a query. What the query leaves out chooses every batch. */
export function batchFilterOf(query: ReadonlyMap<string, string>): BatchFilter {
  const [typeName, id, idPrefix, code, typename, trace] = batchFilter.map((name) => query.get(name));
  const ofAddress = (address: Address) =>
    (id === undefined || address.id === id) &&
    (idPrefix === undefined || address.id.startsWith(idPrefix)) &&
    (typeName === undefined || address.typeName === typeName);
  return {
    ofAddress,
    chooses: (recording) =>
      (code === undefined || recording.code === code) &&
      (trace === undefined || recording.trace === trace) &&
      (typename === undefined || recording.typenames.includes(typename)) &&
      ofAddress(recording.address),
  };
}
