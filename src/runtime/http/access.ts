// Who may call: a bearer token, and the pages of which origins.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";

/** Throws OPTION_INVALID for a token that no request could have: a header holds printable ASCII, and a space ends it. */
export function assertBearerToken(where: string, token: unknown): void {
  if (token === undefined || (typeof token === "string" && /^[\x21-\x7e]+$/.test(token))) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `The bearerToken of ${where} must be printable ASCII without spaces. Leave it out to ask for no token.`,
  );
}

/** Throws UNAUTHORIZED unless the request has this bearer token. No token lets every request pass. */
export function assertBearer(request: IncomingMessage, token: string | undefined): void {
  if (token === undefined) return;
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  // Hashes are of one length, so that the time says nothing of the token.
  if (given !== undefined && timingSafeEqual(hash(given), hash(token))) return;
  throw new StatefunError("UNAUTHORIZED", "Send the header Authorization: Bearer <token>, with the right token.");
}

const hash = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Lets pages of these origins read the answers, and throws UNAUTHORIZED for those of any other: a browser would send a
 * form to a server on its own machine for every page that asks. "*" stands for all.
 */
export function assertOrigin(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): void {
  const { origin, host } = request.headers;
  if (origin === undefined || isOwn(origin, host)) return;
  if (!origins.includes(origin) && !origins.includes("*")) {
    throw new StatefunError("UNAUTHORIZED", `Pages of ${origin} may not call this. Add it to the option cors.`);
  }
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "Statefun-Type, Retry-After");
  response.setHeader("Vary", "Origin");
}

/** A page of this very server. Any other name than this machine's could be one that a stranger made lead here. */
function isOwn(origin: string, host: string | undefined): boolean {
  if (origin !== `http://${host}` && origin !== `https://${host}`) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host as string);
}

/** Answers what a browser asks before it sends a request of a page. */
export function answerOptions(response: ServerResponse, methods: string): void {
  const headers = ["Allow", methods];
  if (response.hasHeader("Access-Control-Allow-Origin")) {
    headers.push("Access-Control-Allow-Methods", methods, "Access-Control-Max-Age", "600");
    headers.push("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Idempotency-Key, Statefun-Type");
  }
  response.writeHead(204, headers).end();
}
