// The target of a request: the parts of its path, and its query.

import { StatefunError } from "../../errors.js";
import { durationHelp, parseDurationText } from "../../model/duration-text.js";
import { partsOf } from "./router.js";

/** The path and the query of a request. */
export interface RequestTarget {
  /** The percent-decoded parts of the path between its slashes. "/" has no parts; the last part of "/a/" is empty. */
  readonly parts: readonly string[];
  readonly query: ReadonlyMap<string, string>;
}

const noQuery: ReadonlyMap<string, string> = new Map();

/** Splits the URL of a request. Throws VALUE_INVALID for a wrong percent-encoding, OPTION_INVALID for a repeated query name. */
export function targetOf(url: string): RequestTarget {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const parts = partsOf(path);
  if (path.includes("%")) {
    for (let index = 0; index < parts.length; index++) parts[index] = decoded(parts[index] as string);
  }
  return { parts, query: mark < 0 || mark === url.length - 1 ? noQuery : queryOf(url.slice(mark + 1)) };
}

function queryOf(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    if (query.has(name)) throw new StatefunError("OPTION_INVALID", `The query has "${name}" twice. Send it once.`);
    query.set(name, equals < 0 ? "" : decoded(pair.slice(equals + 1).replaceAll("+", " ")));
  }
  return query;
}

function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new StatefunError("VALUE_INVALID", `The URL holds "${text}", which is not percent-encoded UTF-8.`, {
      cause: error,
    });
  }
}

/** Throws OPTION_INVALID when the query has a name that the path does not take. */
export function assertQuery(query: ReadonlyMap<string, string>, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const taken = known.length === 0 ? "nothing" : known.join(", ");
    throw new StatefunError("OPTION_INVALID", `The query has "${name}"; this path takes ${taken}.`);
  }
}

/** Reads a duration of a query as milliseconds: "30000" (ms), "30s", "5m", "2h" or "1d". Throws `code`. */
export function parseDuration(name: string, code: "DELAY_INVALID" | "DURATION_INVALID", text: string): number {
  const ms = parseDurationText(text);
  if (ms !== undefined) return ms;
  throw new StatefunError(code, `${name} is "${text}". ${durationHelp}`);
}
