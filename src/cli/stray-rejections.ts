// Rejected promises of the user's functions that nothing handles.

import { describe, oneLine } from "../errors.js";
import { printError } from "./print.js";

/**
 * Logs an unhandled rejection and goes on. Node would end the process. The message that caused the rejection would be
 * delivered again at the next start, and would end that process too.
 */
export function surviveStrayRejections(): void {
  process.on("unhandledRejection", (reason) => {
    const shown = reason instanceof Error ? (reason.stack ?? reason.message) : describe(reason);
    printError(oneLine(`A promise was rejected, and nothing handles the rejection: ${shown}`));
  });
}
