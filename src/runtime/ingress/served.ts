// Whether the runtime serves the function that a request is for.

import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { Address } from "../../model/address.js";
import { runtimeNamespace } from "../../model/runtime-namespace.js";

/** Whether requests reach the function. They never reach a function that belongs to the runtime itself. */
export function isServed(engine: EngineApi, { namespace, name }: Address): boolean {
  return namespace !== runtimeNamespace && engine.serves(namespace, name);
}

/** Throws FUNCTION_UNKNOWN. */
export function assertServed(engine: EngineApi, address: Address): void {
  if (isServed(engine, address)) return;
  throw new StatefunError("FUNCTION_UNKNOWN", `No function ${address.typeName} is served here.`);
}
