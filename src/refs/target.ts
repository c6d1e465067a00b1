// The address of the function instance that a ref calls.

import { describeValue, StatefunError } from "../errors.js";
import { Address } from "../model/address.js";

/** Returns the address of a function instance. Throws TYPE_NAME_INVALID and ID_MISSING. */
export function addressOf(typeName: string, id: string): Address {
  const address = Address.of(typeName, id);
  if (typeof id === "string" && id !== "") return address;
  throw new StatefunError(
    "ID_MISSING",
    `The id of ${typeName} is ${describeValue(id)}; it must be a text that is not empty.`,
  );
}
