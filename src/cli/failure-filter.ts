// The options that choose failures: dead letters, and parked addresses.

import { durationOf } from "./duration-option.js";
import type { Input } from "./parse.js";

/** The options, in the order of the help. */
const filterNames = ["function", "id", "code", "error", "older-than", "newer-than"] as const;

/** Reads the options as the query of the admin server. Throws DURATION_INVALID. */
export function filterOf(input: Input): Record<string, string | undefined> {
  const ms = (option: string) => {
    const duration = durationOf(input, option);
    return duration === undefined ? undefined : `${duration}ms`;
  };
  return {
    function: input.text("function"),
    id: input.text("id"),
    code: input.text("code"),
    error: input.text("error"),
    olderThan: ms("older-than"),
    newerThan: ms("newer-than"),
  };
}

/** The first of these options that the command line has; undefined when it has none. */
export function chosenFilter(input: Input): string | undefined {
  return filterNames.find((option) => input.text(option) !== undefined);
}
