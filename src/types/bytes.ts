// Bytes, compared and copied on every host, with Node's Buffer or without it.

import { platform } from "../bytes/platform.js";

/** Whether two values have the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && platform.sameBytes(a, b);
}

/** Copies bytes into memory of their own, of the host's own class of bytes. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array {
  return platform.view(new Uint8Array(bytes));
}
