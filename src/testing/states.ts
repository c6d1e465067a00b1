// The states of an instance as a test sees them.

import { StatefunError } from "../errors.js";
import type { FunctionSpec, StateSpec } from "../functions/function-spec.js";
import type { TypedValue } from "../model/typed-value.js";
import { plain } from "./plain.js";

const shownStates = ({ states }: FunctionSpec) => states.filter(({ hidden }) => hidden !== true);

/**
 * The states of a function by the keys of their properties, or by their own names where the property is #private. `read` finds
 * the stored value of a state by its name. A state without one has the default that a handler would find.
 */
export async function statesOf(
  spec: FunctionSpec,
  read: (name: string) => Promise<TypedValue | undefined> | TypedValue | undefined,
): Promise<Record<string | symbol, unknown>> {
  const shown = shownStates(spec);
  const stored = await Promise.all(shown.map(({ name }) => read(name)));
  const isComplete = stored.every((value) => value !== undefined);
  const fresh = isComplete ? {} : await spec.create();
  const states: Record<string | symbol, unknown> = {};
  shown.forEach(({ name, type, property, get }, index) => {
    const packed = stored[index];
    const value = plain(packed === undefined ? get(fresh) : type.unpack(packed));
    if (value !== undefined) states[keyOf({ name, property })] = value;
  });
  return states;
}

/**
 * Packs states that a test sets by the same keys. Throws OPTION_INVALID for a key that is no state, and VALUE_INVALID for a
 * value that does not fit.
 */
export function packStates(spec: FunctionSpec, states: object): Map<string, TypedValue> {
  const packed = new Map<string, TypedValue>();
  for (const [key, value] of Object.entries(states)) {
    const settable = shownStates(spec);
    const state = settable.find((candidate) => keyOf(candidate) === key);
    if (state === undefined) {
      const known = settable.map((candidate) => String(keyOf(candidate))).join(", ") || "none";
      throw new StatefunError("OPTION_INVALID", `${spec.typeName} has no state "${key}". Its states: ${known}.`);
    }
    if (value !== undefined && value !== null) packed.set(state.name, state.type.pack(value));
  }
  return packed;
}

const keyOf = ({ name, property }: Pick<StateSpec, "name" | "property">) => property?.key ?? name;
