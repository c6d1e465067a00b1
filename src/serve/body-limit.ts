// The limit that every body is held to.

import { StatefunError } from "../errors.js";

/** Throws REQUEST_TOO_LARGE. */
export function assertBodyLength(length: number, maxBytes: number): void {
  if (length > maxBytes) throw tooLarge(maxBytes);
}

export function tooLarge(maxBytes: number): StatefunError {
  return new StatefunError("REQUEST_TOO_LARGE", `The request's body is larger than ${maxBytes} bytes.`);
}
