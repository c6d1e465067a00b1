// Who may use the admin server: whoever has the token, or, without one, programs of this machine.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";
import { assertBearer, assertBearerToken, assertOrigin } from "../http/access.js";

/** Whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Lets requests in, or not. */
export class Access {
  readonly #token: string | undefined;

  /** Throws OPTION_INVALID when other machines could use the server without a token, or for a token that none can send. */
  constructor(host: string, token: string | undefined) {
    assertBearerToken("the admin server", token);
    if (token === undefined && !isLoopback(host)) {
      throw new StatefunError(
        "OPTION_INVALID",
        `The admin server would let anyone who reaches ${host} change states. Give it a bearerToken, or the host 127.0.0.1.`,
      );
    }
    this.#token = token;
  }

  /** Throws UNAUTHORIZED when a request may not come in. */
  assertAllowed(request: IncomingMessage, response: ServerResponse): void {
    // A page in a browser of this machine is not a program of this machine: it may not even send a form.
    assertOrigin(request, response, []);
    assertBearer(request, this.#token);
    // Nor may one whose name was made to point here: its requests have that name as their host, and no token.
    const { host = "" } = request.headers;
    if (this.#token !== undefined || isLoopback(host.replace(/:\d*$/, ""))) return;
    throw new StatefunError(
      "UNAUTHORIZED",
      `The request is for the host ${JSON.stringify(host)}. Without a token only requests to 127.0.0.1, [::1] and localhost are taken.`,
    );
  }
}
