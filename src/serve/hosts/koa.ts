// The adapter for Koa.

import Koa from "koa";
import Router from "koa-router";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import {
  assertServerOptions,
  type HttpAnswer,
  HttpEndpoint,
  type ListenOptions,
  requestOf,
  type ServeOptions,
  type StatefunServer,
  startServer,
} from "../adapter.js";

export type { ListenOptions, ServeOptions, ServerCloseOptions, StatefunServer } from "../adapter.js";

/** A Koa middleware that can be closed. */
export interface StatefunMiddleware extends Koa.Middleware {
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
  // Two fixed paths need no router: it would cost more than the rest of the adapter. A router also compares character by
  // character, so its timing would reveal how much of a secret path is right.
  const middleware: Koa.Middleware = (context, next) => {
    const route = endpoint.routeOf(context.path);
    if (route === "call") return answer(endpoint, context);
    if (route === undefined || (context.method !== "GET" && context.method !== "HEAD")) return next();
    return route === "health" ? sendHealth(endpoint, context) : sendDescription(endpoint, context);
  };
  return Object.assign(middleware, { close: () => endpoint.close() });
}

/**
 * Makes a router to mount in another one: `api.use("/v1", statefunRouter(functions).routes())`. To close it, give it a
 * RequestReplyHandler and close that. Throws OPTION_INVALID.
 */
export function statefunRouter(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): Router {
  const endpoint = new HttpEndpoint(served, options);
  // Paths are taken as they are written: capitals and a slash at the end count.
  const router = new Router({ sensitive: true, strict: true });
  // The router takes every method, so that the endpoint itself answers a wrong method: with 405 and the error's code.
  router.all(literal(endpoint.path), (context) => answer(endpoint, context));
  if (endpoint.healthPath !== undefined) {
    router.get(literal(endpoint.healthPath), (context) => sendHealth(endpoint, context));
  }
  if (endpoint.describePath !== undefined) {
    router.get(literal(endpoint.describePath), (context) => sendDescription(endpoint, context));
  }
  return router;
}

/** Options of {@link serveKoa}. */
export interface KoaServerOptions extends ServeOptions, ListenOptions {
  /** The application that gets the functions as its last middleware. Defaults to a new one. */
  readonly app?: Koa<any, any>;
}

/**
 * Starts a server for a Koa application with functions as its last middleware; resolves when the server listens. The server
 * keeps idle connections until the engine ends them, and `close()` finishes the calls in flight before the server stops
 * listening. `app.listen()` does neither. Rejects with OPTION_INVALID, and with ADDRESS_IN_USE when the port is taken.
 *
 * @example
 * ```ts
 * import Koa from "koa";
 * import { serveKoa } from "statefun-ts/koa";
 * import { functions } from "./functions.js";
 *
 * const app = new Koa().use(async (context, next) => {
 *   await next();
 *   console.log(context.method, context.path, context.status);
 * });
 * const server = await serveKoa(functions, { app, port: 8000 });
 * process.once("SIGTERM", () => server.close());
 * ```
 */
export async function serveKoa(
  served: StatefulFunctions | RequestReplyHandler,
  options: KoaServerOptions = {},
): Promise<StatefunServer> {
  assertServerOptions(options, "app");
  const { app = new Koa(), port, host, ...serveOptions } = options;
  const middleware = statefun(served, serveOptions);
  app.use(middleware);
  return startServer(app.callback(), () => middleware.close(), { port, host });
}

/** A request listener of node:http that may leave a request to the next one. */
export type NodeListener = (
  request: Koa.Context["req"],
  response: Koa.Context["res"],
  next: (error?: unknown) => void,
) => void;

/**
 * Makes a middleware of a request listener, such as `runtime.handler("ingress", { prefix: "/statefun" })` of `statefun-ts/runtime`.
 * It ends when the answer has left, so that a middleware before it sees the status and the time.
 *
 * @example
 * ```ts
 * import Koa from "koa";
 * import { fromListener } from "statefun-ts/koa";
 * import { StatefunRuntime } from "statefun-ts/runtime";
 * import { functions } from "./functions.js";
 *
 * const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { listen: false }, admin: false });
 * new Koa().use(fromListener(runtime.handler("ingress", { prefix: "/statefun" }))).listen(8080);
 * ```
 */
export function fromListener(listener: NodeListener): Koa.Middleware {
  return (context, next) =>
    new Promise((resolve, reject) => {
      const { req, res } = context;
      context.respond = false;
      res.once("close", resolve);
      listener(req, res, (error) => {
        res.off("close", resolve);
        context.respond = true;
        if (error === undefined) next().then(resolve, reject);
        else reject(error);
      });
    });
}

/** Escapes a path for the router, which would read it as a pattern. */
const literal = (path: string) => path.replace(/[{}()[\]+?!:*\\]/g, "\\$&");

/** The part of a Koa context that is used here. */
type Context = Pick<Koa.ParameterizedContext, "req" | "res" | "status" | "body">;

async function answer(endpoint: HttpEndpoint, context: Context): Promise<void> {
  send(context, await endpoint.answer(requestOf(context.req, context.res)));
}

function sendHealth(endpoint: HttpEndpoint, context: Context): void {
  send(context, endpoint.health(requestOf(context.req, context.res)));
}

function sendDescription(endpoint: HttpEndpoint, context: Context): void {
  send(context, endpoint.describe(requestOf(context.req, context.res)));
}

/** Leaves an answer for Koa to send, unless another middleware (a timeout, for example) has answered already. */
function send(context: Context, { status, headers, body }: HttpAnswer): void {
  const { res } = context;
  if (res.headersSent) return;
  context.status = status;
  // Not context.set: it costs twice as much.
  for (const name in headers) res.setHeader(name, headers[name] as string);
  context.body = body;
}
