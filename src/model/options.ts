// Options objects: a misspelt option is told, since a dropped one may lose data (an expiration, a limit).

import { StatefunError } from "../errors.js";

/** Throws OPTION_INVALID when `options` of `where` has a key that is not known. */
export function assertKnownOptions(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new StatefunError("OPTION_INVALID", `${where} has no option "${key}". It has: ${known.join(", ")}.`);
  }
}
