// Which values need no place in the store: empty ones that are the default of their state. A default that is not empty may be
// computed, as by Date.now() or randomUUID(): the next instance then has another one, and a value that happens to equal it
// would be lost.

import type { TypedValue } from "../model/typed-value.js";
import { type DeclaredState, isSet, packState, sameValue } from "./state-value.js";

/** Whether a value of the state is empty. `packed` is the value's packed form, if it has one already. */
export function isEmptyValue({ spec }: DeclaredState, value: unknown, packed: TypedValue | undefined): boolean {
  if (packed?.byteLength === 0) return true;
  return (typeof value !== "object" || spec.type.form === "json") && isEmpty(value);
}

/** Whether a default of the state has the bytes of an empty value. */
export function isPackedDefault(state: DeclaredState, byDefault: unknown, packed: TypedValue): boolean {
  if (!isSet(byDefault)) return false;
  try {
    return sameValue(packState(state, byDefault), packed);
  } catch {
    // A default that its type refuses fails the messages that leave it in the property. This message has left another value.
    return false;
  }
}

/** Whether a primitive or a JSON value is 0, false, an empty text, an empty list, or an object of nothing else. */
function isEmpty(value: unknown): boolean {
  if (typeof value === "number") return value === 0;
  if (typeof value !== "object" || value === null) return !value;
  return Array.isArray(value) ? value.length === 0 : Object.values(value).every(isEmpty);
}
