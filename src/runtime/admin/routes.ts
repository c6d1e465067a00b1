// What stands at which path of the admin server.

import { StatefunError } from "../../errors.js";

/** One path of the admin server: parts beginning with a colon are filled in by the request. */
export interface Route {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  /** What its query may have. */
  readonly query: readonly string[];
  readonly does: string;
}

const address = "/addresses/:namespace/:name/:id";

/** All paths. The table in docs/admin.md says the same; a test keeps them equal. */
export const routes = {
  health: { method: "GET", path: "/health", query: [], does: "Says whether messages are taken." },
  metrics: { method: "GET", path: "/metrics", query: [], does: "The metrics, in Prometheus's text format." },
  functions: { method: "GET", path: "/functions", query: [], does: "The functions, and how much each of them holds." },
  addresses: {
    method: "GET",
    path: "/functions/:namespace/:name/addresses",
    query: ["after", "limit"],
    does: "The addresses of a function that hold a state or a message, by their ids.",
  },
  address: { method: "GET", path: address, query: [], does: "One address: states, messages, why it is parked." },
  writeState: { method: "PUT", path: `${address}/states/:state`, query: ["type"], does: "Writes a state." },
  deleteState: { method: "DELETE", path: `${address}/states/:state`, query: [], does: "Deletes a state." },
  park: { method: "POST", path: `${address}/park`, query: ["reason"], does: "Delivers nothing to it until a retry." },
  retry: { method: "POST", path: `${address}/retry`, query: [], does: "Lets it go on, at once." },
  drop: {
    method: "POST",
    path: `${address}/drop`,
    query: ["which"],
    does: "Removes its first waiting message, or all, and lets it go on.",
  },
  parked: { method: "GET", path: "/parked", query: ["limit"], does: "The parked addresses." },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof routes;

/** Which route a request takes, and what it fills in. */
export interface Match {
  readonly name: RouteName;
  readonly route: Route;
  readonly filled: Readonly<Record<string, string>>;
}

const compiled = Object.entries(routes).map(([name, route]) => ({
  name: name as RouteName,
  route: route as Route,
  parts: route.path.slice(1).split("/"),
}));

/** The routes of a path, one for each method. Throws NOT_FOUND when there is none. */
export function matchesOf(parts: readonly string[]): Match[] {
  const matches = compiled.flatMap(({ name, route, parts: pattern }) => {
    const filled = fill(pattern, parts);
    return filled === undefined ? [] : [{ name, route, filled }];
  });
  if (matches.length > 0) return matches;
  throw new StatefunError(
    "NOT_FOUND",
    `There is nothing at ${JSON.stringify(`/${parts.join("/")}`)}. A part that holds a slash is written with %2F.`,
  );
}

function fill(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const filled: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] as string;
    if (!expected.startsWith(":")) {
      if (part !== expected) return undefined;
    } else if (part === "") return undefined;
    else filled[expected.slice(1)] = part;
  }
  return filled;
}
