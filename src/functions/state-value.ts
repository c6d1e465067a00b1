// What the states of a batch know of a value: whether it is set, and whether it is of its state's type.

import { StatefunError } from "../errors.js";
import type { TypedValue } from "../model/typed-value.js";
import { sameBytes } from "../types/bytes.js";

/** The error for a value of another type than its state's. */
export function typeMismatch(typeName: string, name: string, declared: string, value: TypedValue): StatefunError {
  return new StatefunError(
    "STATE_TYPE_MISMATCH",
    `The state "${name}" of ${typeName} is a ${declared} but the value is a ${value.typename}. A state's type can't change: declare the type that is stored, or use another name for the state.`,
  );
}

/** Whether a property's value is a state; undefined and null stand for a state that is not set. */
export const isSet = (value: unknown) => value !== undefined && value !== null;

/** Whether two packed values are the same. */
export function sameValue(a: TypedValue, b: TypedValue): boolean {
  return a.typename === b.typename && sameBytes(a.value, b.value);
}
