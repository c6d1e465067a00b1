// The admin server: shows an engine and changes it, over HTTP, on a port of its own.

import { StatefunError } from "../../errors.js";
import { bearerTokenOption } from "../../model/header-values.js";
import { type Logger, loggerOption } from "../../model/logger.js";
import { defineOptions, nonEmptyText, port, trueOrFalse, withDefault } from "../../model/options.js";
import { hostsOption } from "../http/access.js";
import type { HttpServer } from "../http/listening.js";
import type { MountedServer } from "../http/mounted.js";
import { targetOf } from "../http/request-target.js";
import { listenToRoutes, mountRoutes, type RoutedServerOptions } from "../http/routed-server.js";
import { sendJson } from "../http/sending.js";
import type { AdminRoute } from "./admin-route.js";
import { answers } from "./answers.js";
import type { AdminParts, ServerParts } from "./asked.js";
import { ConsoleFiles } from "./console-files.js";
import { Metrics } from "./metrics.js";
import { type RouteName, routes } from "./routes.js";

/** Options of the admin server. */
export interface AdminOptions {
  /**
   * Whether the server listens on a port of its own. With false, `runtime.handler("admin")` answers the requests of a server of
   * yours, which answers for who reaches it. Defaults to true.
   */
  readonly listen?: boolean;
  /** The port to listen on; 0 picks a free one. Defaults to 7071. */
  readonly port?: number;
  /** The address to listen on. An address that other machines reach needs a bearerToken. Defaults to "127.0.0.1". */
  readonly host?: string;
  /** The token that every request must send as `Authorization: Bearer <token>`, except for a health check. Defaults to none. */
  readonly bearerToken?: string;
  /**
   * The hosts that requests may name when there is no bearerToken, such as the name of a proxy before the server; "*" allows
   * every host. IP addresses, localhost and the option host are always allowed. Defaults to none.
   */
  readonly allowedHosts?: readonly string[];
  /** Whether the server refuses every request that changes something, with READ_ONLY. Defaults to false. */
  readonly readOnly?: boolean;
  /** Takes a line for every answer with status 500. Defaults to the runtime's logger. */
  readonly logger?: Logger;
}

/** The options of the admin server. */
export const adminOptions = defineOptions<AdminOptions>()({
  listen: withDefault(trueOrFalse, true),
  port: withDefault(port, 7071),
  host: withDefault(nonEmptyText, "127.0.0.1"),
  bearerToken: bearerTokenOption,
  allowedHosts: withDefault(hostsOption, []),
  readOnly: withDefault(trueOrFalse, false),
  logger: loggerOption,
});

interface NamedRoute extends AdminRoute {
  readonly name: RouteName;
}

const allRoutes: readonly NamedRoute[] = Object.entries(routes).map(([name, route]) => ({
  ...route,
  name: name as RouteName,
}));

type ReadOptions = ReturnType<typeof adminOptions.read>;

/**
 * Serves the health, metrics, functions, addresses and states of one engine, and the changes that people make to them.
 * Rejects with OPTION_INVALID and ADDRESS_IN_USE.
 */
export function openAdminServer(parts: AdminParts, options: ReadOptions): Promise<HttpServer> {
  return listenToRoutes(describe(parts, options));
}

/** Makes an admin server that is mounted in another server. Throws OPTION_INVALID. */
export function mountAdminServer(parts: AdminParts, options: ReadOptions): MountedServer {
  return mountRoutes(describe(parts, options));
}

function describe(parts: AdminParts, options: ReadOptions): RoutedServerOptions<NamedRoute> {
  const server: ServerParts = {
    metrics: new Metrics(parts),
    consoleFiles: new ConsoleFiles(),
    startedAt: Date.now(),
    readOnly: options.readOnly,
    tokenNeeded: options.bearerToken !== undefined,
  };
  return {
    name: "The admin server",
    option: "the option admin.port",
    ...options,
    needsToken: true, // Who reaches this server can read and change every state.
    pageHeader: "statefun-console",
    openPaths: ["/health"], // A load balancer has no token.
    filePaths: /^\/(console\/[^/]*)?$/, // A browser sends no token for a page and its files.
    slashAtRoot: true, // The links of the page are relative to it.
    routes: allRoutes,
    notFound,
    async answer({ route, request, response, url, filled, query }) {
      if (options.readOnly && route.method !== "GET") throw readOnly(request.method);
      if (Object.values(filled).includes("")) throw notFound(targetOf(url).parts);
      const { namespace, name } = filled;
      if (name !== undefined) await parts.catalog.learn?.(`${namespace}/${name}`);
      else if (route.name === "functions") await parts.catalog.learn?.();
      const answered = await answers[route.name]({ ...parts, ...server, filled, query, request, response });
      if (answered !== undefined) sendJson(response, answered.status, answered.body);
    },
  };
}

function readOnly(method = ""): StatefunError {
  return new StatefunError(
    "READ_ONLY",
    `The admin server is read-only: it takes no ${method}. Ask the one who started it, with the option admin.readOnly.`,
  );
}

function notFound(parts: readonly string[]): StatefunError {
  return new StatefunError(
    "NOT_FOUND",
    `The admin server has no path ${JSON.stringify(`/${parts.join("/")}`)}. Write a slash inside a part as %2F.`,
  );
}
