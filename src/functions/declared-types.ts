// The types that a bound function declares.

import type { TypedValue } from "../model/typed-value.js";
import type { DeclaredTypes } from "../types/type-catalog.js";
import type { FunctionSpec } from "./function-spec.js";

/** The types that the function takes and keeps, as far as people see them. */
export function declaredTypes(spec: FunctionSpec): DeclaredTypes {
  return {
    taken: spec.handled.map(({ type, name }) => ({
      type,
      method: name,
      readOnly: spec.handlers.get(type.typename)?.readOnly === true,
      beginsRun: spec.begun.some((begun) => begun.type === type),
    })),
    states: spec.states.filter(({ hidden }) => hidden !== true),
    defaults: () => defaultsOf(spec),
  };
}

/** Whether the function may take values of every type. A run of a workflow may receive messages of any type. */
export function takesAll({ catchAll, claim }: FunctionSpec): boolean {
  return catchAll !== undefined || claim !== undefined;
}

/** What a function sees in its states while they are not set. */
function defaultsOf({ states, makeDefaults }: FunctionSpec): Map<string, TypedValue> {
  const defaults = new Map<string, TypedValue>();
  try {
    const instance = makeDefaults?.();
    if (instance === undefined) return defaults;
    for (const { name, type, hidden, get } of states) {
      const value: unknown = hidden === true ? undefined : get(instance);
      if (value !== undefined) defaults.set(name, type.pack(value));
    }
  } catch {
    // A constructor, or a value that its type refuses, fails where the function is called, which is where it is told.
  }
  return defaults;
}
