// How the servers of the runtime send their answers.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";
import { bodyOf, retryAfterOf, statusOf } from "./error-answer.js";
import { portKeeper } from "./port-keeper.js";

/** Headers as pairs in one list: name, value, name, value. */
export type RawHeaders = readonly string[];

/** The headers of a long answer. A proxy must hand each piece on when it comes: neither wait for more of them, nor compress them. */
export const handedOn: RawHeaders = ["Cache-Control", "no-store, no-transform", "X-Accel-Buffering", "no"];

/** Answers with a body. The headers and the body leave in one write. */
export function sendBody(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: RawHeaders = [],
): void {
  // The client may have left, or a handler may fail after it has answered.
  if (response.headersSent || response.destroyed) return;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, ["Content-Type", contentType, "Content-Length", String(length), ...headers]);
  if (typeof body === "string") writeText(response, body);
  response.end(typeof body === "string" ? undefined : body);
}

/**
 * Writes a text in one piece with the headers. Before Node 26, an `end` with a body adds an empty piece, and two pieces cost
 * more to send.
 */
function writeText(response: ServerResponse, text: string): void {
  response.cork();
  response.write(text);
  response.uncork();
}

/** Answers that all is done and that there is no value. */
export function sendNothing(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(204);
  response.end();
}

/** Answers with a value as one line of JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers?: RawHeaders): void {
  sendBody(response, status, "application/json", `${JSON.stringify(value)}\n`, headers);
}

/** Answers with an error as JSON, see {@link bodyOf}. */
export function sendError(response: ServerResponse, thrown: unknown, headers: RawHeaders = []): void {
  const status = statusOf(thrown);
  const more = [...headers];
  const retryAfter = retryAfterOf(thrown);
  if (retryAfter !== undefined) more.push("Retry-After", String(retryAfter));
  if (status === 401) more.push("WWW-Authenticate", "Bearer");
  if (thrown instanceof MethodNotAllowed) more.push("Allow", thrown.allow);
  // The rest of a body that was refused is not read, so the connection can't be used again. A port keeper forwards the body
  // meanwhile: when its connection closes, it may not have read the answer yet.
  if (!response.req.complete && portKeeper() === undefined) response.shouldKeepAlive = false;
  sendJson(response, status, bodyOf(thrown), more);
}

class MethodNotAllowed extends StatefunError {
  readonly allow: string;

  constructor(method: string, allow: string) {
    super("METHOD_NOT_ALLOWED", `This path does not take the method ${method}. It takes ${allow}.`);
    this.allow = allow;
  }
}

/** Throws METHOD_NOT_ALLOWED, which is answered with an Allow header. */
export function assertMethod(request: IncomingMessage, ...allowed: readonly string[]): void {
  const method = request.method as string;
  if (!allowed.includes(method)) throw new MethodNotAllowed(method, allowed.join(", "));
}
