// The paths of the HTTP ingress.

import type { Route } from "../http/router.js";
import { callQuery, sendQuery } from "./one-message.js";

/** One path of the HTTP ingress. */
interface IngressRoute extends Route {
  /** What docs/openapi.json says of the path. */
  readonly does: string;
}

/** All paths, by name. */
export const routes = {
  call: {
    method: "POST",
    path: "/call/:namespace/:name/:id",
    query: callQuery,
    does: "Sends a message and answers with what the function answers.",
  },
  send: {
    method: "POST",
    path: "/send/:namespace/:name/:id",
    query: sendQuery,
    does: "Sends a message, now or later. It is on disk when the answer comes.",
  },
  calls: {
    method: "POST",
    path: "/calls",
    query: [],
    does: "Carries out many calls, each in a line of the body. Each is answered in a line, as soon as it ends.",
  },
  cancel: {
    method: "DELETE",
    path: "/delayed/:cancellationToken",
    query: [],
    does: "Withdraws a delayed message by the token that it was sent with.",
  },
  runs: {
    method: "GET",
    path: "/runs/:namespace/:name/:id",
    query: [],
    does: "The runs of workflows of an address, and how far they are.",
  },
  cancelRuns: {
    method: "POST",
    path: "/runs/:namespace/:name/:id/cancel",
    query: ["reason"],
    does: "Cancels all runs of an address.",
  },
  cancelRun: {
    method: "POST",
    path: "/runs/:namespace/:name/:id/:run/cancel",
    query: ["reason"],
    does: "Cancels one run of an address.",
  },
  list: { method: "GET", path: "/", query: [], does: "The functions, and the types that they take." },
  head: { method: "HEAD", path: "/", query: [], does: "Says that the ingress is there." },
} as const satisfies Readonly<Record<string, IngressRoute>>;

/** The name of a path. */
export type RouteName = keyof typeof routes;
