// Rejected promises of the user's functions that nothing handles.

import { describe, oneLine } from "../errors.js";
import type { Logger } from "../model/logger.js";

/**
 * Logs an unhandled rejection and goes on. Node would end the process. The message that caused the rejection would be
 * delivered again at the next start, and would end that process too.
 */
export function surviveStrayRejections(logger: Logger): void {
  process.on("unhandledRejection", (reason) => {
    const line = oneLine(`A promise was rejected, and nothing handles the rejection: ${describe(reason)}`);
    logger.error(line, new Error(line, { cause: reason }));
  });
}
