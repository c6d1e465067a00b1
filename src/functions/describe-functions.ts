// Describes functions as plain values, for a runtime that calls them in another process.

import { type DescribedFunction, type DescribedFunctions, describedForm } from "../model/described-functions.js";
import { notedTypenames } from "../model/known-types.js";
import type { Type } from "../model/type.js";
import { base64Of, TypeDescriptions } from "../types/describe-types.js";
import { isOwnType } from "../types/value-json.js";
import { declaredTypes, takesAll } from "./declared-types.js";
import type { FunctionSpec } from "./function-spec.js";
import type { StatefulFunctions } from "./stateful-functions.js";

/**
 * Describes the functions, their types, and every other type that this process has made: what a function answers or sends
 * is of a type that it does not declare.
 */
export function describeFunctions(functions: StatefulFunctions): DescribedFunctions {
  const specs = functions.typeNames.map((typeName) => functions.get(typeName) as FunctionSpec);
  const types = new Map<string, Type<any>>();
  for (const { handled, states } of specs)
    for (const { type } of [...handled, ...states]) types.set(type.typename, type);
  for (const typename of notedTypenames()) {
    const type = types.get(typename) ?? functions.findType(typename);
    if (type !== undefined) types.set(typename, type);
  }
  const told = [...types.values()].filter((type) => !isOwnType(type.typename));
  const descriptions = new TypeDescriptions();
  return {
    statefun: describedForm,
    functions: specs.map(describe),
    types: told.map((type) => descriptions.describe(type)),
    ...descriptions.shared,
  };
}

function describe(spec: FunctionSpec): DescribedFunction {
  const { taken, states, defaults } = declaredTypes(spec);
  const packed = defaults();
  return {
    function: spec.typeName,
    takesAll: takesAll(spec),
    handlers: taken.map(({ method, type, readOnly, beginsRun }) => ({
      method,
      typename: type.typename,
      readOnly,
      beginsRun,
    })),
    states: states.map(({ name, type, expiration }) => {
      const value = packed.get(name);
      return {
        name,
        typename: type.typename,
        expireMode: expiration.mode,
        expireAfterMs: expiration.afterMs,
        default: value === undefined ? null : base64Of(value),
      };
    }),
  };
}
