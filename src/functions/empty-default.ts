// Which values need no place in the store: empty ones that are the default of their state. A default that is not empty may be
// computed, as by Date.now() or randomUUID(): the next instance then has another one, and a value that happens to equal it
// would be lost.

import type { TypedValue } from "../model/typed-value.js";
import { parseJsonBytes } from "../types/bytes.js";
import { type DeclaredState, isSet, packState, sameValue } from "./state-value.js";

/**
 * How many parts a value has at most that counts as empty. A value that a schema has not made plain yet may refer to itself, and
 * a search of it must end.
 */
const mostParts = 1000;

/**
 * Whether a value of the state is empty. `packed` is the value's packed form, if it has one already. A schema may still make
 * another value of a JSON value: {@link isPackedDefault} looks at what it has made.
 */
export function isEmptyValue({ spec }: DeclaredState, value: unknown, packed: TypedValue | undefined): boolean {
  if (packed?.byteLength === 0) return true;
  return (typeof value !== "object" || spec.type.form === "json") && isEmpty(value);
}

/** Whether a default of the state has the bytes of an empty value. */
export function isPackedDefault(state: DeclaredState, byDefault: unknown, packed: TypedValue): boolean {
  if (!isSet(byDefault)) return false;
  try {
    if (!sameValue(packState(state, byDefault), packed)) return false;
  } catch {
    // A default that its type refuses fails the messages that leave it in the property. This message has left another value.
    return false;
  }
  // A schema may compute what it adds, such as the time of now.
  return state.spec.type.form !== "json" || isEmpty(parseJsonBytes(packed.value));
}

/** Whether a primitive or a JSON value is 0, false, an empty text, an empty list, or an object of nothing else. */
function isEmpty(value: unknown): boolean {
  const parts = [value];
  for (const part of parts) {
    if (typeof part === "object" && part !== null && !Array.isArray(part)) {
      for (const inner of Object.values(part)) if (parts.push(inner) > mostParts) return false;
    } else if (!isEmptyPart(part)) return false;
  }
  return true;
}

function isEmptyPart(part: unknown): boolean {
  if (typeof part === "number") return part === 0;
  return Array.isArray(part) ? part.length === 0 : !part;
}
