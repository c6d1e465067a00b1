// The HTTP ingress and the admin server of a runtime under paths of a Nest application.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../errors.js";
import type { RuntimeHandler } from "../runtime/http/mounted.js";
import type { RuntimeOptions } from "../runtime/runtime-options.js";
import type { StatefunRuntime } from "../runtime/statefun-runtime.js";

/** A middleware of Express, which Nest's Fastify takes too. */
export type MountedMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => unknown;

/** Which servers of the runtime the application serves by its own HTTP server. They have no port of their own then. */
export interface StatefunMount {
  /** The path of the HTTP ingress, such as "/statefun". Defaults to none: the ingress is not mounted. */
  readonly ingress?: string;
  /** The path of the admin server and its console. Defaults to none: the admin server is not mounted. */
  readonly admin?: string;
  /**
   * Middlewares that stand before both, such as a login: guards of Nest's do not. The admin server needs them, or its option
   * `bearerToken`; an empty list says that everybody may see and change everything. Defaults to none.
   */
  readonly use?: readonly MountedMiddleware[];
}

const servers = ["ingress", "admin"] as const;
/** The names of the options. */
export const mountNames: readonly (keyof StatefunMount)[] = [...servers, "use"];

/** The options of a runtime whose mounted servers have no port. Throws OPTION_INVALID. */
export function withoutPorts<O extends RuntimeOptions>(options: O, mount: StatefunMount): O {
  const { admin } = options;
  if (mount.admin !== undefined && mount.use === undefined && (!admin || admin.bearerToken === undefined)) {
    throw new StatefunError(
      "OPTION_INVALID",
      "The StatefunRuntimeModule's mount.admin lets everybody see and change everything. Give mount.use, a list of middlewares such as a login, or admin.bearerToken.",
    );
  }
  const changed: { -readonly [K in (typeof servers)[number]]?: RuntimeOptions[K] } = {};
  for (const server of servers) {
    if (mount[server] !== undefined) changed[server] = { ...(options[server] || {}), listen: false };
  }
  return { ...options, ...changed };
}

/**
 * Takes the requests of the application's server. It is made before the runtime, since a middleware must stand before the parsers of
 * bodies, which come when the application is initialized.
 */
export class Mounted {
  readonly #use: readonly MountedMiddleware[];
  #handlers: readonly { readonly path: string; readonly handler: RuntimeHandler }[] = [];

  constructor({ use = [] }: StatefunMount) {
    this.#use = use;
  }

  /** Serves the servers of a runtime, behind the global prefix of the application. Throws OPTION_INVALID. */
  open(runtime: StatefunRuntime, mount: StatefunMount, globalPrefix: string): void {
    this.#handlers = servers.flatMap((server) => {
      if (mount[server] === undefined) return [];
      const path = globalPrefix + mount[server];
      return [{ path, handler: runtime.handler(server, { prefix: path }) }];
    });
  }

  /** The middleware. A request under no path of the two goes on to the application. */
  readonly middleware: MountedMiddleware = (request, response, next) => {
    const [path = ""] = (request.url ?? "").split("?", 1);
    const found = this.#handlers.find((mounted) => path === mounted.path || path.startsWith(`${mounted.path}/`));
    if (found === undefined) return next();
    const run = (index: number, error?: unknown): unknown => {
      if (error !== undefined) return next(error);
      const middleware = this.#use[index];
      return middleware === undefined
        ? found.handler(request, response, next)
        : middleware(request, response, (failure) => run(index + 1, failure));
    };
    return run(0);
  };
}
