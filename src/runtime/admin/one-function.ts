// What the admin server tells of one function.

import type { FunctionInfo, ServedPolicy } from "../../engine/engine-api.js";
import type { Type } from "../../model/type.js";
import { exampleOf } from "../../types/json-example.js";
import { schemaOf } from "../../types/json-schema.js";
import { previewValue } from "../../types/show-value.js";
import type { DeclaredTypes, TypeCatalog } from "../../types/type-catalog.js";
import { typeIn } from "../../types/value-json.js";
import { journalName } from "../../workflows/journal/names.js";
import { functionOf } from "./addressed.js";
import { type Answered, ok, timeOrNull } from "./answered.js";
import type { OneFunction, ShownHandler, ShownPolicy, ShownStateType, ShownType } from "./api/one-function.js";
import type { Asked } from "./asked.js";

export const functionAnswers = {
  oneFunction: async ({ engine, catalog, filled }: Asked): Promise<Answered<OneFunction>> => {
    const typeName = await functionOf(engine, filled);
    const info = (await engine.function(typeName)) as FunctionInfo;
    const counts = await engine.counts(typeName);
    const active = (await engine.activity()).find((each) => each.typeName === typeName);
    const declared = catalog.declared?.(typeName);
    const answer: OneFunction = {
      function: typeName,
      endpoint: info.endpoint,
      typesKnown: declared !== undefined,
      handlers: (declared?.taken ?? []).map(
        (taken): ShownHandler => ({
          method: taken.method,
          chosenByMethod: catalog.handler(typeName, taken.method) === taken.type,
          readOnly: taken.readOnly,
          ...showType(taken.type),
        }),
      ),
      takesAll: catalog.takesAll?.(typeName) ?? null,
      workflows: (declared?.taken ?? [])
        .filter(({ beginsRun }) => beginsRun)
        .map(({ method, type }) => ({ method, typename: type.typename })),
      states: declared === undefined ? registeredStates(catalog, info) : declaredStates(catalog, declared),
      policy: info.policy === undefined ? null : showPolicy(info.policy),
      ...counts,
      failing: active?.failing ?? 0,
      inFlight: active?.inFlight ?? 0,
      oldestCall: timeOrNull(active?.oldestCallAt),
    };
    return ok(answer);
  },
} as const;

/** What is shown of each type. The fields of a protobuf message are tried out one after the other, which is done once. */
const shownTypes = new WeakMap<Type<any>, ShownType>();

function showType(type: Type<any>): ShownType {
  const known = shownTypes.get(type);
  if (known !== undefined) return known;
  const { typename, form: kind } = type;
  const shown = { typename, kind, schema: schemaOf(type) ?? null, example: exampleOf(type) ?? null };
  shownTypes.set(type, shown);
  return shown;
}

/** The states of a function of this process, as its code declares them. */
function declaredStates(catalog: TypeCatalog, declared: DeclaredTypes): ShownStateType[] {
  const defaults = declared.defaults();
  return declared.states.map(({ name, type, expiration }) => {
    const value = defaults.get(name);
    return {
      name,
      ...showType(type),
      expireMode: expiration.mode,
      expireAfterMs: expiration.afterMs,
      default: value === undefined ? null : previewValue(catalog, value),
    };
  });
}

/** The states of a function elsewhere, as the function has registered them. */
function registeredStates(catalog: TypeCatalog, { states }: FunctionInfo): ShownStateType[] {
  const own = states.filter(({ name }) => name !== journalName);
  return own.map(({ name, typename, expireMode, expireAfterMs }) => {
    const type = typeIn((wanted) => catalog.find(wanted), typename);
    const shown = type === undefined ? unknownType(typename) : showType(type);
    return { name, ...shown, expireMode, expireAfterMs, default: null };
  });
}

const unknownType = (typename: string): ShownType => ({ typename, kind: "unknown", schema: null, example: null });

function showPolicy({ retry, onFailure, deadLetterEgress, maxBatch, concurrency }: ServedPolicy): ShownPolicy {
  return {
    retry: {
      attempts: numberOrNull(retry.attempts),
      firstDelayMs: retry.firstMs,
      longestDelayMs: retry.longestMs,
      windowMs: numberOrNull(retry.windowMs),
    },
    onFailure,
    deadLetterEgress,
    maxBatch,
    concurrency: numberOrNull(concurrency),
  };
}

/** JSON has no Infinity, which stands for no limit. */
const numberOrNull = (number: number) => (Number.isFinite(number) ? number : null);
