// HTTPS servers for functions, and what became of each connection.

import { once } from "node:events";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { RequestReplyHandler, type StatefulFunctions } from "statefun-ts";
import { statefun } from "statefun-ts/koa";
import { statefunListener } from "statefun-ts/node";
import { RecordingLogger } from "../support/recording-logger.js";
import type { Identity } from "./certificates.js";

/** The ways to serve functions behind TLS. */
export const kinds = ["node:https with the listener", "node:https with Koa's callback"] as const;

/** A server of one kind, which counts its calls. */
export class TlsServer {
  readonly logger = new RecordingLogger();
  readonly server: Server;
  /** Calls that reached the handler. */
  calls = 0;

  constructor(kind: (typeof kinds)[number], functions: StatefulFunctions, options: ServerOptions) {
    const served = new RequestReplyHandler(functions, { logger: this.logger });
    const listener =
      kind === "node:https with the listener" ? statefunListener(served) : new Koa().use(statefun(served)).callback();
    this.server = createServer(options, (request, response) => {
      this.calls += 1;
      listener(request, response);
    });
    // Without a listener of its own, a handshake that fails ends its connection all the same.
    this.server.on("tlsClientError", () => {});
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  /** Resolves with the code of the next handshake that fails. */
  async refused(): Promise<string | undefined> {
    const [error] = (await once(this.server, "tlsClientError")) as [NodeJS.ErrnoException];
    return error.code;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Options of a server that lets in none but the clients of one authority. */
export const mutual = (identity: Identity, clientAuthority: Identity): ServerOptions => ({
  cert: identity.cert,
  key: identity.key,
  ca: clientAuthority.cert,
  requestCert: true,
  rejectUnauthorized: true,
});
