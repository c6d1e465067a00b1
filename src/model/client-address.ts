// The address of a client outside of the application that waits for the answer to a call.

import type { Address } from "./address.js";

/** The two halves of such an address's type name; the id names the call. No function has this type name. */
export const clientNamespace = "statefun.client";
export const clientName = "call";

/** Whether an address is a waiting client's, and not a function's. */
export function isClient({ namespace, name }: Address): boolean {
  return name === clientName && namespace === clientNamespace;
}
