// Which endpoint of a module serves a function.

import type { EndpointSpec, Module } from "./module.js";

/** The endpoint that names the function, or else the one of its namespace; undefined when nothing serves it. */
export function matchEndpoint(module: Module, namespace: string, name: string): EndpointSpec | undefined {
  const ofNamespace = module.endpoints.filter((endpoint) => endpoint.namespace === namespace);
  return (
    ofNamespace.find((endpoint) => endpoint.name === name) ??
    ofNamespace.find((endpoint) => endpoint.name === undefined)
  );
}
