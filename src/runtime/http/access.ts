// Who may call a server: clients with the bearer token, and pages of known origins.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";

/** Throws UNAUTHORIZED unless the request has this bearer token. Without a token, every request may pass. */
export function assertBearer(request: IncomingMessage, token: string | undefined): void {
  if (token === undefined) return;
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  // Both hashes have the same length, so the time of the comparison reveals nothing about the token.
  if (given !== undefined && timingSafeEqual(hash(given), hash(token))) return;
  throw new StatefunError(
    "UNAUTHORIZED",
    "Send the header Authorization: Bearer <token>, with the token of this server.",
  );
}

const hash = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Lets pages of these origins read the answer; "*" stands for every origin. Throws UNAUTHORIZED for a page of another
 * origin: such a page can't read the answer, but its browser would send the form all the same.
 */
export function assertOrigin(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): void {
  const { origin, host } = request.headers;
  if (origin === undefined || isOwn(origin, host)) return;
  if (!origins.includes(origin) && !origins.includes("*")) {
    throw new StatefunError(
      "UNAUTHORIZED",
      `Pages of ${origin} may not call this server. The HTTP ingress takes pages of the origins in its option cors.`,
    );
  }
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "Statefun-Type, Retry-After");
  response.setHeader("Vary", "Origin");
}

/** Whether this server itself served the page. Only names of this machine count: an attacker's domain can resolve to 127.0.0.1. */
function isOwn(origin: string, host: string | undefined): boolean {
  if (origin !== `http://${host}` && origin !== `https://${host}`) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host as string);
}

/** Answers the question that a browser asks before it sends a page's request. */
export function answerOptions(response: ServerResponse, methods: string): void {
  const headers = ["Allow", methods];
  if (response.hasHeader("Access-Control-Allow-Origin")) {
    headers.push("Access-Control-Allow-Methods", methods, "Access-Control-Max-Age", "600");
    headers.push("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Idempotency-Key, Statefun-Type");
  }
  response.writeHead(204, headers).end();
}
