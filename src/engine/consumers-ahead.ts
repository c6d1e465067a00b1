// Says in the log when the consumer of an egress holds records that its store knows nothing of: then a backup of the store was
// put back, or another folder is used, or records were lost.

import { oneLine, StatefunError } from "../errors.js";
import type { Logger } from "../model/logger.js";
import { isLaterId, type Sequence } from "./sequence.js";

/** Logs each consumer whose last record, by the name of its egress, is later than all that the store has given. */
export function logConsumersAhead(
  receivedIds: ReadonlyMap<string, string>,
  { life, lastBefore }: Sequence,
  logger: Logger,
): void {
  for (const [egress, id] of receivedIds) {
    if (lastBefore !== undefined && !isLaterId(id, lastBefore)) continue;
    const store = lastBefore === undefined ? "is new" : `has given no id later than ${lastBefore}`;
    const line = oneLine(
      `The egress ${egress} holds records up to the id ${id}, but the data folder ${store}: a backup was put back, or it is another folder. New records are written; their ids begin with ${life}, so they are later.`,
    );
    logger.warn(line, new StatefunError("EGRESS_AHEAD", line));
  }
}
