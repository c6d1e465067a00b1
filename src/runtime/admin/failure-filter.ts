// The query that chooses failures: dead letters, and parked addresses.

import { StatefunError } from "../../errors.js";
import { durationHelp, parseDurationText } from "../../model/duration-text.js";

/** The parameters of the query. */
export const failureFilter = ["function", "id", "code", "error", "olderThan", "newerThan"] as const;

/** Reads the query. Throws DURATION_INVALID. */
export function filterOf(query: ReadonlyMap<string, string>) {
  const typeName = query.get("function");
  const id = query.get("id");
  const code = query.get("code");
  const fingerprint = query.get("error");
  const olderThan = durationOf(query, "olderThan");
  const newerThan = durationOf(query, "newerThan");
  return {
    ...(typeName === undefined ? {} : { typeName }),
    ...(id === undefined ? {} : { id }),
    ...(code === undefined ? {} : { code }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(olderThan === undefined ? {} : { olderThan }),
    ...(newerThan === undefined ? {} : { newerThan }),
  };
}

/** Reads one parameter as milliseconds; undefined when the query lacks it. Throws DURATION_INVALID. */
export function durationOf(query: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined) return undefined;
  const ms = parseDurationText(text);
  if (ms !== undefined) return ms;
  throw new StatefunError("DURATION_INVALID", `${name} is "${text}" in the query. ${durationHelp}`);
}
