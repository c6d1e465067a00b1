// What the log says when the engine ends otherwise than in order.

import { oneLine, type StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import type { Logger } from "../model/logger.js";

/** Says that a change broke off. `address` is the one whose answer was carried out, if it is known. */
export function logBrokenOff(error: StatefunError, address: Address | undefined, logger: Logger): void {
  const what = address === undefined ? "A change" : `The answer of ${address}`;
  const why = error.cause instanceof Error ? error.cause.message : error.message;
  logger.error(
    oneLine(`${what} could not be carried out, which is a bug; the runtime opens its store again. The cause: ${why}`),
    error,
  );
}

/** Says that the engine closed while its store could not be written. */
export function logLostChanges(trouble: StatefunError, logger: Logger): void {
  logger.error(
    oneLine(
      `The runtime closed while its store could not be written, so its last changes are lost. The next start handles their messages again, and hands out again the egress records that were acknowledged meanwhile. The cause: ${trouble.message}`,
    ),
    trouble,
  );
}
