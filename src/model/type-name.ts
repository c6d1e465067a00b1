// A type name: the namespace and the name of a function, an egress or a type, written "namespace/name".

import { describe, StatefunError } from "../errors.js";
import { isWellFormed } from "./text.js";

/** The two halves of a type name. */
export interface TypeName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Splits "namespace/name" at its last slash, so a namespace may hold slashes of its own.
 * Throws TYPE_NAME_INVALID when either half is missing, or when UTF-8 can't carry the text.
 */
export function parseTypeName(text: string): TypeName {
  return known.get(text) ?? split(text);
}

/**
 * Names that were split before: a program has few names, and uses one with every message. The limit bounds the memory.
 */
const known = new Map<string, TypeName>();
const mostKnown = 1000;

function split(text: string): TypeName {
  if (typeof text !== "string" || text === "") {
    throw invalid(text, "it is empty or no text");
  }
  const slash = text.lastIndexOf("/");
  if (slash < 0) throw invalid(text, "it has no slash");
  if (slash === 0) throw invalid(text, "its namespace is empty");
  if (slash === text.length - 1) throw invalid(text, "its name is empty");
  if (!isWellFormed(text)) throw invalid(text, "it holds half of a surrogate pair");
  const typeName = { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
  if (known.size < mostKnown) known.set(text, typeName);
  return typeName;
}

function invalid(text: unknown, why: string): StatefunError {
  const shown = typeof text === "string" ? JSON.stringify(text) : describe(text);
  return new StatefunError(
    "TYPE_NAME_INVALID",
    `${shown} is not a type name: ${why}. Write it as "namespace/name", for example "example/greeter".`,
  );
}
