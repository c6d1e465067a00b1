// The types of the functions of this process, and of those that the user declares, for the servers and egresses of a runtime.

import { declaredTypes, takesAll } from "../functions/declared-types.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Type } from "../model/type.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { TypeCatalog } from "../types/type-catalog.js";

/**
 * Lists the types that the functions declare. `more` are types that no function declares, and functions that run elsewhere.
 * Throws TYPE_UNKNOWN.
 */
export function functionCatalog(
  functions: StatefulFunctions,
  more: readonly (TypeLike | StatefulFunctions)[],
): TypeCatalog {
  const listed = new Map<string, Type<any>>();
  const declared = [functions];
  for (const each of more) {
    if (each instanceof StatefulFunctions) declared.push(each);
    else listed.set(typeOf(each).typename, typeOf(each));
  }
  const get = (typeName: string) => firstOf(declared, (each) => each.get(typeName));
  return {
    typeNames: [...new Set(declared.flatMap(({ typeNames }) => typeNames))],
    handled: (typeName) => get(typeName)?.handled.map(({ type }) => type) ?? [],
    takesAll(typeName) {
      const spec = get(typeName);
      return spec && takesAll(spec);
    },
    handler(typeName, method) {
      const taken = get(typeName)?.handled.filter(({ name }) => name === method) ?? [];
      return taken.length === 1 ? taken[0]?.type : undefined;
    },
    find: (typename) => listed.get(typename) ?? firstOf(declared, (each) => each.findType(typename)),
    declared(typeName) {
      const spec = get(typeName);
      return spec && declaredTypes(spec);
    },
    states: (typeName) => get(typeName)?.states.map(({ name }) => name),
    state: (typeName, name) => get(typeName)?.states.find((state) => state.name === name)?.type,
  };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
