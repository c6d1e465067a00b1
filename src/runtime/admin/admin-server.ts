// The admin server: shows an engine and changes it, over HTTP, on a port of its own.

import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { bearerTokenOption } from "../../model/header-values.js";
import { type Logger, loggerOption } from "../../model/logger.js";
import { defineOptions, nonEmptyText, port, withDefault } from "../../model/options.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { targetOf } from "../http/request-target.js";
import { listenToRoutes } from "../http/routed-server.js";
import { type HttpServer, sendBody, sendJson } from "../http/server.js";
import type { IngressMetrics } from "../ingress/ingress-metrics.js";
import type { Runs } from "../runs/runs.js";
import type { Schedules } from "../schedules/schedules.js";
import { answers } from "./answers.js";
import { Metrics } from "./metrics.js";
import { type AdminRoute, type RouteName, routes } from "./routes.js";
import type { Watch } from "./watch.js";

/** Options of the admin server. */
export interface AdminOptions {
  /** The port to listen on; 0 picks a free one. Defaults to 7071. */
  readonly port?: number;
  /** The address to listen on. An address that other machines reach needs a bearerToken. Defaults to "127.0.0.1". */
  readonly host?: string;
  /** The token that every request must send as `Authorization: Bearer <token>`, except for a health check. Defaults to none. */
  readonly bearerToken?: string;
  /** Takes a line for every answer with status 500. Defaults to the runtime's logger. */
  readonly logger?: Logger;
}

/** The options of the admin server. */
export const adminOptions = defineOptions<AdminOptions>()({
  port: withDefault(port, 7071),
  host: withDefault(nonEmptyText, "127.0.0.1"),
  bearerToken: bearerTokenOption,
  logger: loggerOption,
});

interface NamedRoute extends AdminRoute {
  readonly name: RouteName;
}

/** What the admin server shows and changes. */
export interface AdminParts {
  readonly engine: EngineApi;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly catalog: TypeCatalog;
  readonly ingresses: IngressMetrics;
  readonly watch: Watch;
}

const allRoutes: readonly NamedRoute[] = Object.entries(routes).map(([name, route]) => ({
  ...route,
  name: name as RouteName,
}));

/**
 * Serves the health, metrics, functions, addresses and states of one engine, and the changes that people make to them.
 * Rejects with OPTION_INVALID and ADDRESS_IN_USE.
 */
export function openAdminServer(
  { engine, runs, schedules, catalog, ingresses, watch }: AdminParts,
  options: ReturnType<typeof adminOptions.read>,
): Promise<HttpServer> {
  const metrics = new Metrics({ engine, schedules, ingresses });
  return listenToRoutes({
    name: "The admin server",
    option: "the option admin.port",
    ...options,
    openPaths: ["/health"], // A load balancer has no token.
    routes: allRoutes,
    notFound,
    async answer({ route, request, response, filled, query }) {
      if (Object.values(filled).includes("")) throw notFound(targetOf(request.url as string).parts);
      if (route.name === "metrics") {
        const format = query.get("format") ?? "text";
        if (format === "json") return sendJson(response, 200, await metrics.readJson());
        if (format !== "text")
          throw new StatefunError("OPTION_INVALID", `format is ${JSON.stringify(format)}; it must be text or json.`);
        const { contentType, text } = await metrics.read();
        return sendBody(response, 200, contentType, text);
      }
      const parts = { engine, runs, schedules, catalog, watch };
      const { status, body } = await answers[route.name]({ ...parts, filled, query, request });
      sendJson(response, status, body);
    },
  });
}

function notFound(parts: readonly string[]): StatefunError {
  return new StatefunError(
    "NOT_FOUND",
    `The admin server has no path ${JSON.stringify(`/${parts.join("/")}`)}. Write a slash inside a part as %2F.`,
  );
}
