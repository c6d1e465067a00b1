// The address of a client outside, while it waits for the answer to a call.

import type { Address } from "./address.js";

/** The type name of that address; its id names the call. No function has this name. */
export const clientNamespace = "statefun.client";
export const clientName = "call";

/** Whether it is the address of a waiting client, and not a function's. */
export function isClient({ namespace, name }: Address): boolean {
  return name === clientName && namespace === clientNamespace;
}
