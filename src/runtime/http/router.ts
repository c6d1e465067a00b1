// Which route a request takes: both servers of the runtime match their requests against one table each.

import type { IncomingMessage } from "node:http";
import { assertMethod } from "./sending.js";

/** One method of one path. */
export interface Route {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** "/call/:namespace/:name/:id": the request's path fills in the parts that begin with a colon. */
  readonly path: string;
  /** The names that the query may hold. */
  readonly query: readonly string[];
}

/** A path that a request has matched. */
export interface MatchedPath<R extends Route> {
  /** The path's parts that the request has filled in, percent-decoded. They may be empty. */
  readonly filled: Readonly<Record<string, string>>;
  /** The methods that the path takes. */
  readonly methods: readonly string[];
  readonly routes: readonly R[];
}

interface Path<R extends Route> {
  readonly pattern: readonly string[];
  readonly methods: readonly string[];
  readonly routes: readonly R[];
}

/**
 * A table of routes.
 *
 * Parts are compared after they were split and percent-decoded, so that a part may hold a slash. No secret is compared
 * here: the time of a comparison would reveal how much of a secret is right.
 */
export class Router<R extends Route> {
  readonly #paths: readonly Path<R>[];

  constructor(routes: readonly R[]) {
    this.#paths = [...new Set(routes.map(({ path }) => path))].map((path) => {
      const ofPath = routes.filter((route) => route.path === path);
      return { pattern: partsOf(path), methods: ofPath.map(({ method }) => method), routes: ofPath };
    });
  }

  /** Finds the path of a request; undefined when the table has no such path. */
  find(parts: readonly string[]): MatchedPath<R> | undefined {
    for (const { pattern, methods, routes } of this.#paths) {
      const filled = fill(pattern, parts);
      if (filled !== undefined) return { filled, methods, routes };
    }
    return undefined;
  }
}

/** The route of the request's method. Throws METHOD_NOT_ALLOWED. */
export function routeOf<R extends Route>({ routes, methods }: MatchedPath<R>, request: IncomingMessage): R {
  assertMethod(request, ...methods);
  return routes.find(({ method }) => method === request.method) as R;
}

/** The parts of a path between its slashes; "/" has none. */
export function partsOf(path: string): string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

function fill(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const filled: Record<string, string> = {};
  for (let index = 0; index < pattern.length; index++) {
    const expected = pattern[index] as string;
    const part = parts[index] as string;
    if (expected.startsWith(":")) filled[expected.slice(1)] = part;
    else if (part !== expected) return undefined;
  }
  return filled;
}
