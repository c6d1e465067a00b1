// Values of an engine as JSON, and back.

import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { Address } from "../../model/address.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { jsonOf } from "../../types/value-json.js";
import { bodyReader } from "../http/body-value.js";
import { readBody } from "../http/request-body.js";
import type { Asked } from "./routes.js";

/** The largest state that is taken: what an engine's own limit for one call is. */
const maxStateBytes = 32 * 1024 * 1024;

/** A value decoded where its type is known, else in base64. */
export type ShownValue = { readonly typename: string } & ({ readonly value: unknown } | { readonly base64: string });

/** Shows a value. */
export function showValue(catalog: TypeCatalog, value: TypedValue): ShownValue {
  const { typename } = value;
  const json = jsonOf((name) => catalog.find(name), value);
  if (json !== undefined) return { typename, value: JSON.parse(json) };
  return { typename, base64: Buffer.from(value.value).toString("base64") };
}

/**
 * Reads a request's body as the value of a state: of the type that the request names, or else the one that its function
 * declares, or else the one that it has now. Throws what an ingress does of a body, and STATE_TYPENAME_CHANGED when its
 * function, of this process, declares another type.
 */
export async function readState(
  { engine, catalog, request, query }: Pick<Asked, "engine" | "catalog" | "request" | "query">,
  address: Address,
  name: string,
): Promise<TypedValue> {
  const declared = catalog.state(address.typeName, name);
  const typed = new Map(query);
  if (!query.has("type") && request.headers["statefun-type"] === undefined) {
    const typename = declared?.typename ?? (await typenameNow(engine, address, name));
    if (typename !== undefined) typed.set("type", typename);
  }
  const ofState: TypeCatalog = {
    handled: () => (declared === undefined ? [] : [declared]),
    handler: () => undefined,
    find: (typename) => catalog.find(typename),
    state: () => declared,
  };
  const read = bodyReader(ofState, address.typeName, request, typed);
  const value = read(await readBody(request, maxStateBytes));
  if (declared === undefined || value.typename === declared.typename) return value;
  // The engine would freeze it when the function has not asked for the state yet, and the function could never run again.
  throw new StatefunError(
    "STATE_TYPENAME_CHANGED",
    `The state "${name}" of ${address.typeName} is a ${declared.typename} and can't become a ${value.typename}.`,
  );
}

async function typenameNow(engine: EngineApi, address: Address, name: string): Promise<string | undefined> {
  const { states } = await engine.inspect(address);
  return states.find((state) => state.name === name)?.value.typename;
}
