// A Koa app with a runtime in it: the app's own page, the ingress for its own functions under /statefun, and the console under
// /ops/statefun for operators. The app's login comes before all of them.

import { timingSafeEqual } from "node:crypto";
import Koa from "koa";
import { fromListener } from "statefun-ts/koa";
import { StatefunRuntime } from "statefun-ts/runtime";
import { functions } from "../count/functions.js";

/** Who may use the app. A real app asks its own sessions instead. */
export interface Logins {
  /** "user:password" of a visitor. */
  readonly visitor: string;
  /** "user:password" of an operator, who may see and change every state. */
  readonly operator: string;
}

/** Opens the runtime, and makes the app around it. `dir` keeps the data; false keeps them in memory. */
export async function openApp(logins: Logins, dir: string | false): Promise<{ app: Koa; runtime: StatefunRuntime }> {
  const runtime = await StatefunRuntime.open({
    functions,
    dir,
    ingress: { listen: false },
    admin: { listen: false },
    egresses: { "example/greets": () => {} },
  });
  const app = new Koa();
  app.use(async (context, next) => {
    const isOperator = has(context, logins.operator);
    const isAllowed = isOperator || (has(context, logins.visitor) && !/^\/ops(\/|$)/.test(context.path));
    if (isAllowed) return next();
    context.status = 401;
    context.set("WWW-Authenticate", 'Basic realm="Greetings"');
    context.body = "Log in.\n";
  });
  app.use(fromListener(runtime.handler("ingress", { prefix: "/statefun" })));
  app.use(fromListener(runtime.handler("admin", { prefix: "/ops/statefun" })));
  app.use((context) => {
    if (context.path === "/") context.body = "Greetings are at POST /statefun/call/example/count/<name>.\n";
  });
  return { app, runtime };
}

/** Whether a request has this login. */
function has(context: Koa.Context, login: string): boolean {
  const expected = Buffer.from(`Basic ${Buffer.from(login).toString("base64")}`);
  const sent = Buffer.from(context.get("Authorization"));
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
