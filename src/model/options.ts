// Options objects: a misspelt option is told, since a dropped one may lose data (an expiration, a limit).

import { describeValue, StatefunError } from "../errors.js";

/** Throws OPTION_INVALID when `options` of `where` is no object of options, or has a key that is not known. */
export function assertKnownOptions(
  where: string,
  options: unknown,
  known: readonly string[],
): asserts options is object {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${where} takes an object of options, not ${describeValue(options)}. It has: ${known.join(", ")}.`,
    );
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new StatefunError("OPTION_INVALID", `${where} has no option "${key}". It has: ${known.join(", ")}.`);
  }
}
