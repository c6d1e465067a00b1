// What the states of a batch know of a value: whether it is set, and how it becomes bytes and comes back. An error names the
// state and its function.

import { StatefunError } from "../errors.js";
import type { Generation } from "../model/invocation.js";
import type { Followed } from "../model/type.js";
import { TypedValue } from "../model/typed-value.js";
import { copyOfBytes, sameBytes } from "../types/bytes.js";
import type { StateSpec } from "./function-spec.js";
import { placed } from "./located.js";

/** A declared state and the type name of its function. */
export interface DeclaredState {
  readonly typeName: string;
  readonly spec: StateSpec;
}

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

/** Packs a value of the state. Throws VALUE_INVALID. */
export function packState(state: DeclaredState, value: unknown): TypedValue {
  try {
    return state.spec.type.pack(value);
  } catch (thrown) {
    throw located(state, thrown);
  }
}

/** Whether the value may be packed later. Throws VALUE_INVALID. */
export function packsLater(state: DeclaredState, value: unknown): boolean {
  try {
    return state.spec.type.packsLater(value);
  } catch (thrown) {
    throw located(state, thrown);
  }
}

/** Takes the value as it is, and returns whether its bytes differ from those of the value that was kept. Throws VALUE_INVALID. */
export function takeFollowed(state: DeclaredState, followed: Followed<unknown>, value: object): boolean {
  try {
    return followed.take(value);
  } catch (thrown) {
    throw located(state, thrown);
  }
}

/** Decodes a value of the state. Throws STATE_TYPE_MISMATCH and VALUE_UNREADABLE. */
export function unpackState(state: DeclaredState, value: TypedValue): unknown {
  const { type, name } = state.spec;
  if (!type.reads(value.typename)) throw typeMismatch(state.typeName, name, type.typename, value);
  try {
    return type.unpack(value);
  } catch (thrown) {
    throw located(state, thrown);
  }
}

/** Decodes a value whose bytes must not change with the decoded value, because they are compared later. */
export function unpackCopy(state: DeclaredState, value: TypedValue): unknown {
  const { sharesBytes } = state.spec.type;
  return unpackState(state, sharesBytes ? new TypedValue(value.typename, copyOfBytes(value.value)) : value);
}

/**
 * The stored value must have the type's name in this generation: the engine never changes a state's type. Throws
 * STATE_TYPE_MISMATCH.
 */
export function assertStoredType({ typeName, spec }: DeclaredState, generation: Generation, stored: TypedValue): void {
  const { type, name } = spec;
  const known = generation === "v2" ? (type.v2 ?? type).isNamed(stored.typename) : stored.typename === type.typename;
  if (!known) throw typeMismatch(typeName, name, type.typename, stored);
}

const located = ({ typeName, spec }: DeclaredState, thrown: unknown) =>
  placed(`The state "${spec.name}" of ${typeName}`, thrown);
