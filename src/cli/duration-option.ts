// An option that is a duration: a number and a unit.

import { StatefunError } from "../errors.js";
import { parseDurationText } from "../model/duration-text.js";
import type { Input } from "./parse.js";

/** Reads a duration as milliseconds; undefined when the option is not given. Throws DURATION_INVALID. */
export function durationOf(input: Input, option: string): number | undefined {
  const written = input.text(option);
  if (written === undefined) return undefined;
  // A module file takes a number alone as milliseconds. Here somebody who writes 30 may well mean seconds.
  const ms = /^\d+$/.test(written.trim()) ? undefined : parseDurationText(written);
  if (ms !== undefined && ms > 0) return ms;
  throw new StatefunError(
    "DURATION_INVALID",
    `--${option} is ${written}; write a number above 0 and a unit, such as 500ms, 30s, 5m, 2h or 1d.`,
  );
}
