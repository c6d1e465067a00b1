// What `statefun dev` answers while its functions do not run.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../errors.js";
import { isLoopback } from "../model/loopback.js";
import { sendBody, sendError } from "../runtime/http/sending.js";

/** How often a browser asks again that shows why the functions do not run, in seconds. */
const refreshSeconds = "2";

/** The longest reason: the place of a mistake, and the source around it. */
const reasonLines = 8;

/** The error of a request that comes while the functions do not run. */
export function functionsDown(reason: string): StatefunError {
  const shown = reason.split("\n").slice(0, reasonLines).join("\n").trimEnd();
  return new StatefunError("FUNCTIONS_DOWN", `The functions do not run. ${shown}`);
}

const withoutReason = functionsDown("The output of statefun dev says why.");

/**
 * Refuses a request to a server that listens on `host`: as JSON, or as a text that a browser shows and that asks again. The reason
 * may show sources and paths, so it is for this machine alone. A page of a foreign domain that resolves to this machine
 * (DNS rebinding) could read it, too, so the request must name this machine.
 */
export function refuse(request: IncomingMessage, response: ServerResponse, error: StatefunError, host: string): void {
  const named = (request.headers.host ?? "").replace(/:\d*$/, "");
  const mayShow = error.code !== "FUNCTIONS_DOWN" || (isLoopback(host) && isLoopback(named));
  const shown = mayShow ? error : withoutReason;
  const isPage = request.method === "GET" && request.headers.accept?.includes("text/html") === true;
  if (isPage) sendBody(response, 503, "text/plain; charset=utf-8", `${shown.message}\n`, ["Refresh", refreshSeconds]);
  else sendError(response, shown);
}
