// Whether the runtime serves the function that a request is for.

import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { Address } from "../../model/address.js";

/** Throws FUNCTION_UNKNOWN. */
export function assertServed(engine: EngineApi, { namespace, name, typeName }: Address): void {
  if (engine.serves(namespace, name)) return;
  throw new StatefunError("FUNCTION_UNKNOWN", `No function ${typeName} is served here. GET / lists the functions.`);
}
