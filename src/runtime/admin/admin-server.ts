// The admin server: shows an engine and changes it, over HTTP, on a port of its own.

import { StatefunError } from "../../errors.js";
import { bearerTokenOption } from "../../model/header-values.js";
import { type Logger, loggerOption } from "../../model/logger.js";
import { defineOptions, nonEmptyText, port, withDefault } from "../../model/options.js";
import { targetOf } from "../http/request-target.js";
import { listenToRoutes } from "../http/routed-server.js";
import { type HttpServer, sendJson } from "../http/server.js";
import { answers } from "./answers.js";
import { ConsoleFiles } from "./console-files.js";
import { Metrics } from "./metrics.js";
import { type AdminParts, type AdminRoute, type RouteName, routes, type ServerParts } from "./routes.js";

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

const allRoutes: readonly NamedRoute[] = Object.entries(routes).map(([name, route]) => ({
  ...route,
  name: name as RouteName,
}));

/**
 * Serves the health, metrics, functions, addresses and states of one engine, and the changes that people make to them.
 * Rejects with OPTION_INVALID and ADDRESS_IN_USE.
 */
export function openAdminServer(parts: AdminParts, options: ReturnType<typeof adminOptions.read>): Promise<HttpServer> {
  const server: ServerParts = {
    metrics: new Metrics(parts),
    consoleFiles: new ConsoleFiles(),
    startedAt: Date.now(),
    readOnly: false,
    tokenNeeded: options.bearerToken !== undefined,
  };
  return listenToRoutes({
    name: "The admin server",
    option: "the option admin.port",
    ...options,
    openPaths: ["/health"], // A load balancer has no token.
    filePaths: /^\/(console\/[^/]*)?$/, // A browser sends no token for a page and its files.
    routes: allRoutes,
    notFound,
    async answer({ route, request, response, filled, query }) {
      if (Object.values(filled).includes("")) throw notFound(targetOf(request.url as string).parts);
      const answered = await answers[route.name]({ ...parts, ...server, filled, query, request, response });
      if (answered !== undefined) sendJson(response, answered.status, answered.body);
    },
  });
}

function notFound(parts: readonly string[]): StatefunError {
  return new StatefunError(
    "NOT_FOUND",
    `The admin server has no path ${JSON.stringify(`/${parts.join("/")}`)}. Write a slash inside a part as %2F.`,
  );
}
