// A request's body that the host has read into memory itself, and the limit it is held to.

import { StatefunError } from "../errors.js";

/** Returns the bytes unchanged. Throws REQUEST_TOO_LARGE when there are more of them than the limit. */
export function takeBody(bytes: Uint8Array, maxBytes: number): Uint8Array {
  assertLength(bytes.length, maxBytes);
  return bytes;
}

/** Throws REQUEST_TOO_LARGE. */
export function assertLength(length: number, maxBytes: number): void {
  if (length > maxBytes) {
    throw new StatefunError("REQUEST_TOO_LARGE", `The request's body is larger than ${maxBytes} bytes.`);
  }
}
