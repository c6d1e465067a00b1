// The routes of a module and of the functions in this process, for the engine.

import type { FindRoute, Route } from "../../engine/endpoint.js";
import { StatefunError } from "../../errors.js";
import { parseTypeName } from "../../model/type-name.js";
import { matchEndpoint } from "../module/match-endpoint.js";
import type { EndpointSpec, Module } from "../module/module.js";
import { HttpEndpoint } from "./http-endpoint.js";
import { InProcessEndpoint, type InProcessFunctions } from "./in-process.js";

/** What {@link makeRoutes} makes. */
export interface Routes {
  readonly find: FindRoute;
  /** Closes every endpoint's connections. */
  close(): Promise<void>;
}

/**
 * Makes the endpoints of a module, and of the functions in this process, which come before a namespace of the module.
 * Throws MODULE_INVALID when the module names one of them itself, and when a file of its TLS options can't be used.
 */
export function makeRoutes(module: Module, inProcess?: InProcessFunctions): Routes {
  const routes = new Map<EndpointSpec, Route>();
  for (const spec of module.endpoints) routes.set(spec, routeOf(spec));
  const here = new Map<string, Map<string, Route>>();
  if (inProcess !== undefined) {
    const route = inProcessRoute(inProcess);
    for (const typeName of inProcess.typeNames) {
      const { namespace, name } = parseTypeName(typeName);
      const named = module.endpoints.find((spec) => spec.namespace === namespace && spec.name === name);
      if (named !== undefined) {
        const both = `${typeName} is served twice: in this process, and by ${named.urlTemplate}`;
        throw new StatefunError("MODULE_INVALID", `${named.where}: ${both}. Take one of them out.`);
      }
      const names = here.get(namespace) ?? new Map<string, Route>();
      here.set(namespace, names.set(name, route));
    }
  }
  return {
    find(namespace, name) {
      const route = here.get(namespace)?.get(name);
      if (route !== undefined) return route;
      const spec = matchEndpoint(module, namespace, name);
      return spec && routes.get(spec);
    },
    async close() {
      await Promise.all([...routes.values()].map(({ endpoint }) => endpoint.close()));
    },
  };
}

function routeOf(spec: EndpointSpec): Route {
  const { generation, maxBatch, states, urlTemplate } = spec;
  return { endpoint: new HttpEndpoint(spec), generation, maxBatch, states, label: urlTemplate };
}

/** As many messages at once as the engine sends where a module file says nothing. */
const inProcessMaxBatch = 1000;

function inProcessRoute(functions: InProcessFunctions): Route {
  return {
    endpoint: new InProcessEndpoint(functions),
    generation: "v3",
    maxBatch: inProcessMaxBatch,
    states: undefined,
    label: "in this process",
  };
}
