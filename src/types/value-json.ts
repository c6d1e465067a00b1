// Shows a typed value as JSON text, for people and for egresses.

import type { Type } from "../model/type.js";
import type { TypedValue } from "../model/typed-value.js";
import { Types } from "./primitives.js";
import { recordJson } from "./record-json.js";

/** StateFun's own types by their typenames; functions of every process have them. */
export const primitives = new Map<string, Type<any>>(Object.values(Types).map((type) => [type.typename, type]));

/** The namespaces of StateFun's own types and of those of this package, and Google's wrappers, which StateFun 2 has in their place. */
const ownTypes =
  /^(io\.statefun\.(types|playground)\/|statefun\.(types|workflow|runtime)\/|type\.googleapis\.com\/google\.protobuf\.)/;

/** Whether every runtime has the type of a typename: no server tells such a type, and none may. */
export const isOwnType = (typename: string): boolean => primitives.has(typename) || ownTypes.test(typename);

/** Finds the type of a typename; undefined when this process has none. */
export type FindType = (typename: string) => Type<any> | undefined;

/** Finds the type of a typename: one that this process has for it, or one of StateFun's own. */
export function typeIn(find: FindType, typename: string): Type<any> | undefined {
  return find(typename) ?? primitives.get(typename);
}

/** Shows a value as JSON text; undefined when its type is not known, has no JSON form, or can't read the bytes. */
export function jsonOf(find: FindType, value: TypedValue): string | undefined {
  const type = typeIn(find, value.typename);
  if (type === undefined) return recordJson(value, (content) => jsonOf(find, content));
  try {
    return JSON.stringify(type.toJson(type.unpack(value)));
  } catch {
    // A schema or a type of the user's own may throw anything, and JSON.stringify throws for a value that it can't write.
    return undefined;
  }
}
