import Koa from "koa";
import Router from "koa-router";
import type { StatefulFunctions } from "../../src/index.js";
import { statefun, statefunRouter } from "../../src/serve/hosts/koa.js";
import { conformance } from "./conformance.ts";
import { listen } from "./listen.ts";

function elsewhere(context: Koa.Context, next: Koa.Next) {
  if (context.path !== "/elsewhere") return next();
  context.body = "elsewhere";
}

/** The adapter's middleware and router have Koa's own types, so an application and a router with any state take them. */
export const typed = (functions: StatefulFunctions): [Koa.Middleware, Router] => {
  new Koa<{ user: string }, { trace: string }>().use(statefun(functions));
  new Router<{ user: string }>().use("/v1", statefunRouter(functions).routes());
  return [statefun(functions), statefunRouter(functions)];
};

conformance("Koa", (handler, options) => listen(new Koa().use(statefun(handler, options)).use(elsewhere).callback()), {
  elsewhere: 200,
});

conformance(
  "the Koa router",
  (handler, options) => {
    const router = new Router().use(statefunRouter(handler, options).routes());
    return listen(new Koa().use(router.routes()).use(router.allowedMethods()).use(elsewhere).callback());
  },
  { elsewhere: 200 },
);
