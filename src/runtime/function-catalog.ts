// The types of the functions of this process, for the servers and egresses of a runtime.

import type { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Type } from "../model/type.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { TypeCatalog } from "../types/type-catalog.js";

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
    states: (typeName) => functions.get(typeName)?.states.map(({ name }) => name),
    state: (typeName, name) => functions.get(typeName)?.states.find((state) => state.name === name)?.type,
  };
}
