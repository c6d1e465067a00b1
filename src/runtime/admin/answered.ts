// What all answers of the admin server have in common.

import { StatefunError } from "../../errors.js";

/** A status, and a body that is sent as JSON. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

export function ok(body: unknown): Answered {
  return { status: 200, body };
}

/** How many entries one page may have. */
const longestPage = 1000;

/** Reads the query's limit. Throws OPTION_INVALID. */
export function limitOf(query: ReadonlyMap<string, string>, otherwise = "100"): number {
  const text = query.get("limit") ?? otherwise;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= longestPage) return limit;
  throw new StatefunError(
    "OPTION_INVALID",
    `limit is "${text}" in the query; it must be a whole number from 1 to ${longestPage}.`,
  );
}
