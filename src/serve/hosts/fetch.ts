// The adapter for hosts that take a web Request and answer a web Response: Hono, Bun, Deno, Cloudflare Workers and others.

import { StatefunError } from "../../errors.js";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { HttpEndpoint } from "../endpoint.js";
import type { HttpAnswer, HttpRequest } from "../http-messages.js";
import { assertBodyLength } from "../rules.js";
import type { ServeOptions } from "../serve-options.js";

export type { ServeOptions } from "../serve-options.js";

/** A fetch handler. It ignores the arguments that a host passes after the request. */
export interface StatefunFetch {
  (request: Request): Promise<Response>;
  /** Takes no new calls, and resolves when those in flight are answered. */
  close(): Promise<void>;
}

/**
 * Makes a fetch handler that serves functions, or a shared handler. Any other path is 404. Throws OPTION_INVALID.
 *
 * @example
 * ```ts
 * import { statefunFetch } from "statefun-ts/fetch";
 * import { functions } from "./functions.js";
 *
 * export default { fetch: statefunFetch(functions) };
 * ```
 */
export function statefunFetch(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): StatefunFetch {
  const endpoint = new HttpEndpoint(served, options);
  const answer = async (request: Request) => {
    const route = endpoint.routeOf(new URL(request.url).pathname);
    if (route === "call") return responseOf(await endpoint.answer(requestOf(request)));
    if (route === "describe") return responseOf(endpoint.describe(requestOf(request)));
    if (route === "health") return responseOf(endpoint.health());
    return new Response("Not found\n", { status: 404 });
  };
  return Object.assign(answer, { close: () => endpoint.close() });
}

function requestOf(request: Request): HttpRequest {
  return {
    method: request.method,
    contentType: request.headers.get("content-type") ?? undefined,
    contentEncoding: request.headers.get("content-encoding") ?? undefined,
    origin: request.headers.get("origin") ?? undefined,
    body: (maxBytes) => readBody(request, maxBytes),
  };
}

function responseOf({ status, headers, body }: HttpAnswer): Response {
  return new Response(body as Uint8Array<ArrayBuffer>, { status, headers });
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.bodyUsed) {
    throw new StatefunError("BODY_CONSUMED", "The request's body has been read. Give statefun the request unread.");
  }
  const declared = request.headers.get("content-length");
  if (declared === null) return readStream(request.body, maxBytes);
  // A declared length that is too large is refused before a byte is read. The host reads no more bytes than declared.
  assertBodyLength(Number(declared), maxBytes);
  return new Uint8Array(await request.arrayBuffer());
}

async function readStream(stream: Request["body"], maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by a throw cancels the stream, so the host stops reading.
  if (stream !== null) {
    for await (const chunk of stream) {
      length += chunk.length;
      assertBodyLength(length, maxBytes);
      chunks.push(chunk);
    }
  }
  const body = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    body.set(chunk, position);
    position += chunk.length;
  }
  return body;
}
