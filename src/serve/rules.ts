// The rules for every request, on every host: no browser sends it, and its method, media type and size are right.

import { StatefunError } from "../errors.js";
import type { HttpRequest } from "./http-messages.js";

export const octetStream = "application/octet-stream";

/** Throws UNAUTHORIZED, METHOD_NOT_ALLOWED and MEDIA_TYPE_UNSUPPORTED. */
export function assertCall({ method, contentType, contentEncoding, origin }: HttpRequest): void {
  // An attacker's domain can resolve to this server (DNS rebinding). A page of that domain may then call as a program would,
  // but its browser names the page's origin in every POST.
  if (origin !== undefined) {
    throw new StatefunError("UNAUTHORIZED", `Pages in a browser may not call functions; this one is of ${origin}.`);
  }
  if (method !== "POST") {
    throw new StatefunError("METHOD_NOT_ALLOWED", `The method is ${method}; the engine calls with POST.`);
  }
  if (contentType !== octetStream && contentType?.split(";", 1)[0]?.trim().toLowerCase() !== octetStream) {
    throw new StatefunError(
      "MEDIA_TYPE_UNSUPPORTED",
      `The content type is ${contentType ?? "missing"}; it must be ${octetStream}.`,
    );
  }
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== "identity") {
    throw new StatefunError(
      "MEDIA_TYPE_UNSUPPORTED",
      `The content encoding is ${contentEncoding}; the body must be sent as it is.`,
    );
  }
}

/**
 * Throws UNAUTHORIZED for a request that may not learn which functions are served, and METHOD_NOT_ALLOWED. A page in a browser
 * of this machine is no program of this machine.
 */
export function assertAsked(request: Omit<HttpRequest, "body">, describe: "loopback" | "everybody"): void {
  const { method, origin } = request;
  if (origin !== undefined) {
    throw new StatefunError("UNAUTHORIZED", `Pages in a browser may not ask for functions; this one is of ${origin}.`);
  }
  if (describe === "loopback" && request.isFromLoopback?.() !== true) {
    throw new StatefunError(
      "UNAUTHORIZED",
      'Only programs of this machine may ask for the functions. The option describe: "everybody" of the server lets others ask.',
    );
  }
  if (method === "GET" || method === "HEAD") return;
  throw new StatefunError("METHOD_NOT_ALLOWED", `The method is ${method}; functions are asked for with GET.`);
}

/** Throws REQUEST_TOO_LARGE when a body is longer than the limit. */
export function assertBodyLength(length: number, maxBytes: number): void {
  if (length > maxBytes) throw tooLarge(maxBytes);
}

/** Throws REQUEST_EMPTY and REQUEST_TOO_LARGE. */
export function assertBody({ length }: Uint8Array, maxBytes: number): void {
  if (length === 0) throw new StatefunError("REQUEST_EMPTY", "The request has no body.");
  assertBodyLength(length, maxBytes);
}

export function tooLarge(maxBytes: number): StatefunError {
  return new StatefunError("REQUEST_TOO_LARGE", `The request's body is larger than ${maxBytes} bytes.`);
}
