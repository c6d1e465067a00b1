// The adapter for Koa.

import type { IncomingMessage, ServerResponse } from "node:http";
import Router from "koa-router";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { type HttpAnswer, HttpEndpoint, type ServeOptions, withClose } from "../endpoint.js";
import { answerNode, hasUnreadBody } from "../node-request.js";
import { isPath } from "../path.js";

export type { ServeOptions } from "../endpoint.js";

/** A Koa middleware. */
export interface StatefunMiddleware {
  (context: any, next: () => Promise<any>): any;
  /** Takes no new calls, and resolves when the answers of those in flight have left. */
  close(): Promise<void>;
}

/**
 * Makes a middleware that serves functions, or a shared handler, at one path. Throws OPTION_INVALID.
 *
 * @example
 * ```ts
 * import Koa from "koa";
 * import { statefun } from "statefun-ts/koa";
 * import { functions } from "./functions.js";
 *
 * new Koa().use(statefun(functions, { path: "/statefun" })).listen(8000);
 * ```
 */
export function statefun(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): StatefunMiddleware {
  const endpoint = new HttpEndpoint(served, options);
  // For two fixed paths a router costs more than the rest of the adapter, and the longer the more of a secret one is right.
  const middleware = (context: KoaContext, next: () => Promise<any>): unknown => {
    const { path, method } = context;
    if (isPath(path, endpoint.path)) return answer(endpoint, context);
    if (!isPath(path, endpoint.healthPath) || (method !== "GET" && method !== "HEAD")) return next();
    return sendHealth(endpoint, context);
  };
  return Object.assign(middleware, { close: () => endpoint.close() });
}

/**
 * Makes a router to mount in another one: `api.use("/v1", statefunRouter(functions).routes())`. To close it, give it a
 * RequestReplyHandler and close that. Throws OPTION_INVALID.
 */
export function statefunRouter(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): Router {
  return routes(new HttpEndpoint(served, options));
}

/** A path that the router takes as it is written, not as a pattern. */
const literal = (path: string) => path.replace(/[{}()[\]+?!:*\\]/g, "\\$&");

/** The part of a Koa context that is used here. */
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly method: string;
  status: number;
  body: unknown;
}

function routes(endpoint: HttpEndpoint): Router {
  // Paths are taken as they are written: capitals and a slash at the end count.
  const router = new Router({ sensitive: true, strict: true });
  // Every method, so that a wrong one is answered here: 405 with its code.
  router.all(literal(endpoint.path), (context: KoaContext) => answer(endpoint, context));
  if (endpoint.healthPath !== undefined) {
    router.get(literal(endpoint.healthPath), (context: KoaContext) => sendHealth(endpoint, context));
  }
  return router;
}

function answer(endpoint: HttpEndpoint, context: KoaContext): Promise<void> {
  return answerNode(endpoint, context.req, context.res, context, send);
}

function send(context: KoaContext, { status, headers, body }: HttpAnswer): void {
  const { res } = context;
  // Another middleware (a timeout, say) was sooner.
  if (res.headersSent) return;
  context.status = status;
  // Not context.set: it costs twice as much.
  for (const name in headers) res.setHeader(name, headers[name] as string);
  context.body = body;
}

function sendHealth(endpoint: HttpEndpoint, context: KoaContext): void {
  const health = endpoint.health();
  send(context, hasUnreadBody(context.req) ? withClose(health) : health);
}
