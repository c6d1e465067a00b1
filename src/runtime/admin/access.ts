// Who may use the admin server: clients with the token or, without a token, programs of this machine.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";
import { assertBearer, assertOrigin } from "../http/access.js";

/** Whether only this machine can reach the host. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Decides which requests the admin server takes. */
export class Access {
  readonly #token: string | undefined;

  /** Throws OPTION_INVALID when other machines could use the server without a token. */
  constructor(host: string, token: string | undefined) {
    if (token === undefined && !isLoopback(host)) {
      throw new StatefunError(
        "OPTION_INVALID",
        `Everybody who reaches ${host} could change states through the admin server. Give the admin server a bearerToken, or the host 127.0.0.1.`,
      );
    }
    this.#token = token;
  }

  /** Throws UNAUTHORIZED for a request that may not use the server. */
  assertAllowed(request: IncomingMessage, response: ServerResponse): void {
    // A page in a browser of this machine is not a program of this machine. The page may not even send a form.
    assertOrigin(request, response, []);
    assertBearer(request, this.#token);
    // A page whose domain resolves to 127.0.0.1 looks like this server's own. Its requests name that domain as their host.
    const { host = "" } = request.headers;
    if (this.#token !== undefined || isLoopback(host.replace(/:\d*$/, ""))) return;
    throw new StatefunError(
      "UNAUTHORIZED",
      `The request is for the host ${JSON.stringify(host)}. Without a bearerToken the admin server takes only requests to 127.0.0.1, [::1] and localhost.`,
    );
  }
}
