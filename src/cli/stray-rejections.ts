// Promises of a user's functions that are rejected while nobody waits for them.

import { describe, oneLine } from "../errors.js";

/**
 * Logs a stray rejection and goes on. Node would end the process, and the message that led to it would end the next one
 * too, as it is delivered again.
 */
export function surviveStrayRejections(): void {
  process.on("unhandledRejection", (reason) => {
    const shown = reason instanceof Error ? (reason.stack ?? reason.message) : describe(reason);
    process.stderr.write(`${oneLine(`A promise was rejected and nothing handles it: ${shown}`)}\n`);
  });
}
