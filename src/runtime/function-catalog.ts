// The types of the functions of this process, for the servers and egresses of a runtime.

import type { FunctionSpec } from "../functions/function-spec.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Type } from "../model/type.js";
import type { TypedValue } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { DeclaredTypes, TypeCatalog } from "../types/type-catalog.js";

/** Lists the types that the functions declare, and `more` types that no function declares. Throws TYPE_UNKNOWN. */
export function functionCatalog(functions: StatefulFunctions, more: readonly TypeLike[]): TypeCatalog {
  const listed = new Map<string, Type<any>>();
  for (const like of more) {
    const type = typeOf(like);
    listed.set(type.typename, type);
  }
  return {
    typeNames: functions.typeNames,
    handled: (typeName) => functions.get(typeName)?.handled.map(({ type }) => type) ?? [],
    takesAll(typeName) {
      const spec = functions.get(typeName);
      // A run of a workflow may receive messages of any type.
      return spec && (spec.catchAll !== undefined || spec.claim !== undefined);
    },
    handler(typeName, method) {
      const taken = functions.get(typeName)?.handled.filter(({ name }) => name === method) ?? [];
      return taken.length === 1 ? taken[0]?.type : undefined;
    },
    find: (typename) => listed.get(typename) ?? functions.findType(typename),
    declared(typeName) {
      const spec = functions.get(typeName);
      return spec && declaredTypes(spec);
    },
    states: (typeName) => functions.get(typeName)?.states.map(({ name }) => name),
    state: (typeName, name) => functions.get(typeName)?.states.find((state) => state.name === name)?.type,
  };
}

function declaredTypes(spec: FunctionSpec): DeclaredTypes {
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
