// Finds the endpoint of a module that serves a function.

import type { EndpointSpec, Module } from "./module.js";

/** Returns the endpoint that names the function, otherwise the endpoint of its namespace; undefined when there is none. */
export function matchEndpoint(module: Module, namespace: string, name: string): EndpointSpec | undefined {
  const ofNamespace = module.endpoints.filter((endpoint) => endpoint.namespace === namespace);
  return (
    ofNamespace.find((endpoint) => endpoint.name === name) ??
    ofNamespace.find((endpoint) => endpoint.name === undefined)
  );
}
