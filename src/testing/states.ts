// The states of an instance as a test sees them.

import type { FunctionSpec } from "../functions/function-spec.js";
import type { TypedValue } from "../model/typed-value.js";
import { plain } from "./plain.js";

/**
 * The states of a function by the keys of their properties, or by their own names where the property is #private. `read` finds
 * the stored value of a state by its name. A state without one has the default that a handler would find.
 */
export async function statesOf(
  spec: FunctionSpec,
  read: (name: string) => Promise<TypedValue | undefined>,
): Promise<Record<string | symbol, unknown>> {
  const stored = await Promise.all(spec.states.map(({ name }) => read(name)));
  const isComplete = stored.every((value) => value !== undefined);
  const fresh = isComplete ? {} : await spec.create();
  const states: Record<string | symbol, unknown> = {};
  spec.states.forEach(({ name, type, property, get }, index) => {
    const packed = stored[index];
    const value = plain(packed === undefined ? get(fresh) : type.unpack(packed));
    if (value !== undefined) states[property?.key ?? name] = value;
  });
  return states;
}
