// Shows values as JSON, and reads the value of a state from a request.

import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { Address } from "../../model/address.js";
import { suggestion } from "../../model/suggest.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { bodyReader } from "../http/body-value.js";
import { readBody } from "../http/request-body.js";
import type { Asked } from "./asked.js";

/** The largest value that the server takes: Flink's own limit for the bytes of one call. */
export const maxValueBytes = 32 * 1024 * 1024;

/**
 * Reads the body of a request as the value of a state. The type is the one that the request names, otherwise the one that
 * the function declares, otherwise the one that the state has now. Rejects as the HTTP ingress does for a body, and with
 * STATE_TYPENAME_CHANGED when the function runs in this process and declares another type.
 */
export async function readState(
  { engine, catalog, request, query }: Pick<Asked, "engine" | "catalog" | "request" | "query">,
  address: Address,
  name: string,
): Promise<TypedValue> {
  const declared = catalog.state(address.typeName, name);
  const typed = new Map(query);
  if (!query.has("type") && request.headers["statefun-type"] === undefined) {
    const typename = declared?.typename ?? (await engine.state(address, name))?.typename;
    if (typename === undefined) {
      throw new StatefunError(
        "VALUE_UNTYPED",
        `The state "${name}" of ${address} has no type yet. Name the type with ?type=… or in the header Statefun-Type.`,
      );
    }
    typed.set("type", typename);
  }
  const ofState: TypeCatalog = {
    handled: () => (declared === undefined ? [] : [declared]),
    handler: () => undefined,
    find: (typename) => catalog.find(typename),
    state: () => declared,
  };
  const read = bodyReader(ofState, address.typeName, request, typed);
  const value = read(await readBody(request, maxValueBytes));
  if (declared === undefined || value.typename === declared.typename) return value;
  // The first value of a state fixes the state's type. A value of another type would keep the function from ever running.
  throw new StatefunError(
    "STATE_TYPENAME_CHANGED",
    `The state "${name}" of ${address.typeName} has the type ${declared.typename}; it can't hold a ${value.typename}.`,
  );
}

/**
 * Throws NOT_FOUND for a state that neither the function nor the address has: its name is misspelt, and the function would
 * never see it. A function elsewhere that has had no message has no known states, and takes any.
 */
export async function assertStateKnown(
  { engine, catalog }: Pick<Asked, "engine" | "catalog">,
  address: Address,
  name: string,
): Promise<void> {
  const { typeName } = address;
  const declared = catalog.states?.(typeName);
  const registered = (await engine.function(typeName))?.states ?? [];
  const names = new Set([...(declared ?? []), ...registered.map((state) => state.name)]);
  if (names.has(name) || catalog.state(typeName, name) !== undefined) return;
  if ((await engine.state(address, name)) !== undefined) return;
  const held = await statesOf(engine, address);
  if (declared === undefined && names.size + held.length === 0) return;
  throw noState(typeName, name, [...names, ...held]);
}

/** The value of a state. Throws NOT_FOUND for a state that the address does not have. */
export async function heldState(engine: EngineApi, address: Address, name: string): Promise<TypedValue> {
  const value = await engine.state(address, name);
  if (value !== undefined) return value;
  throw noState(`${address}`, name, await statesOf(engine, address));
}

/** The names of the states that an address has: of very many or very large states, the first ones. */
async function statesOf(engine: EngineApi, address: Address): Promise<string[]> {
  const { states } = await engine.preview(address);
  return states.map(({ name }) => name);
}

function noState(owner: string, name: string, names: readonly string[]): StatefunError {
  const known = names.length === 0 ? "It has no states." : `Its states are ${[...new Set(names)].join(", ")}.`;
  return new StatefunError("NOT_FOUND", `${owner} has no state "${name}".${suggestion(name, names)} ${known}`);
}
