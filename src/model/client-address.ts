// The address of a client outside of the application that waits for the answer to a call.

import type { Address } from "./address.js";

/** The type name of such an address, which no function has. The id of the address names the call. */
export const clientNamespace = "statefun.client";
export const clientName = "call";

/** Whether an address is a waiting client's, and not a function's. */
export function isClient({ namespace, name }: Address): boolean {
  return name === clientName && namespace === clientNamespace;
}
