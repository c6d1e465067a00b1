// The two HTTP servers of a runtime: on ports of their own, or mounted in a server of the user's.

import { StatefunError } from "../errors.js";
import type { Logger } from "../model/logger.js";
import { mountAdminServer, openAdminServer } from "./admin/admin-server.js";
import type { AdminParts } from "./admin/asked.js";
import type { Closing } from "./closing.js";
import type { HttpServer } from "./http/listening.js";
import type { MountedServer, RuntimeHandler, RuntimeHandlerOptions } from "./http/mounted.js";
import { mountHttpIngress, openHttpIngress } from "./ingress/http-ingress.js";
import type { runtimeOptions } from "./runtime-options.js";

/** The name of a server. */
export type ServerName = "ingress" | "admin";

/** What the servers show and change. */
export interface ServersParts extends Omit<AdminParts, "ingressUrl" | "watch"> {
  /** Undefined for a runtime without an admin server. */
  readonly watch: AdminParts["watch"] | undefined;
  readonly logger: Logger;
  readonly closing: Closing;
}

/** The servers of one runtime. */
export class Servers {
  /** Those with a port of their own. */
  readonly listening: { readonly [name in ServerName]: HttpServer | undefined };
  readonly #mounted: { readonly [name in ServerName]: MountedServer | undefined };

  private constructor(servers: { readonly [name in ServerName]: HttpServer | MountedServer | undefined }) {
    const { ingress, admin } = servers;
    this.listening = { ingress: listeningOf(ingress), admin: listeningOf(admin) };
    this.#mounted = { ingress: mountedOf(ingress), admin: mountedOf(admin) };
  }

  /** Opens the servers that the options ask for. Rejects with OPTION_INVALID and ADDRESS_IN_USE. */
  static async open(parts: ServersParts, options: ReturnType<typeof runtimeOptions.read>): Promise<Servers> {
    const { closing, watch } = parts;
    const ingress = options.ingress === false ? undefined : await openIngress(parts, options.ingress);
    if (ingress !== undefined) closing.add("ingresses", (graceMs) => ingress.close(graceMs));
    const ingressUrl = listeningOf(ingress)?.url;
    const admin =
      options.admin === false || watch === undefined
        ? undefined
        : await openAdmin({ ...parts, watch, ingressUrl }, options.admin, parts.logger);
    if (admin !== undefined) closing.add("admin", (graceMs) => admin.close(graceMs));
    return new Servers({ ingress, admin });
  }

  /** Throws OPTION_INVALID when the server is not mounted, or the option is wrong. */
  handler(name: ServerName, options?: RuntimeHandlerOptions): RuntimeHandler {
    const server = this.#mounted[name];
    if (server !== undefined) return server.handler(options);
    throw new StatefunError(
      "OPTION_INVALID",
      `The server ${JSON.stringify(name)} has no handler. Open the runtime with ${name === "admin" ? "admin" : "ingress"}: { listen: false }.`,
    );
  }
}

type ReadServerOptions = ReturnType<typeof runtimeOptions.read>;

async function openIngress(
  { engine, catalog, ingresses, logger }: ServersParts,
  options: Exclude<ReadServerOptions["ingress"], false>,
): Promise<HttpServer | MountedServer> {
  const observe = ingresses.observerOf("http");
  const read = { ...options, logger: options.logger ?? logger, observe };
  return read.listen ? openHttpIngress(engine, catalog, read) : mountHttpIngress(engine, catalog, read);
}

async function openAdmin(
  parts: AdminParts,
  options: Exclude<ReadServerOptions["admin"], false>,
  logger: Logger,
): Promise<HttpServer | MountedServer> {
  const read = { ...options, logger: options.logger ?? logger };
  return read.listen ? openAdminServer(parts, read) : mountAdminServer(parts, read);
}

const listeningOf = (server: HttpServer | MountedServer | undefined) =>
  server !== undefined && "port" in server ? server : undefined;

const mountedOf = (server: HttpServer | MountedServer | undefined) =>
  server !== undefined && "handler" in server ? server : undefined;
