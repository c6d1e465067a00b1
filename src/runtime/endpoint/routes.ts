// Finds the endpoint of a function: among the functions of this process, then in the module.

import type { FindRoute, Route } from "../../engine/endpoint.js";
import { StatefunError } from "../../errors.js";
import type { FunctionPolicy } from "../../model/function-policy.js";
import { parseTypeName } from "../../model/type-name.js";
import { matchEndpoint } from "../module/match-endpoint.js";
import type { EndpointSpec, Module } from "../module/module.js";
import { placeholder } from "../module/url-template.js";
import { FunctionPolicies } from "./function-policies.js";
import { HttpEndpoint } from "./http-endpoint.js";
import { InProcessEndpoint, type InProcessFunctions } from "./in-process.js";

/** A function server of the module file. */
export interface RemoteServer {
  readonly url: string;
  /** Resolves to the text of the server's description. Rejects with ENDPOINT_UNREACHABLE and ENDPOINT_FAILED. */
  ask(): Promise<string>;
}

/** The routes to all functions. */
export interface Routes {
  readonly find: FindRoute;
  /** The function servers of the module file, which can be asked for their functions. */
  readonly remotes: {
    /** The server of a function; undefined when the function runs in this process, or when nothing serves it. */
    find(typeName: string): RemoteServer | undefined;
    /** The servers whose URLs do not depend on the name of a function. */
    readonly fixed: readonly RemoteServer[];
    /** Whether the connections are closed. */
    readonly closed: boolean;
  };
  /** Closes the connections of every endpoint. */
  close(): Promise<void>;
}

/**
 * Makes the endpoints of a module and of the functions of this process. A function of this process wins over a namespace
 * of the module. Throws MODULE_INVALID when the module names a function of this process, and when a file of the TLS options
 * can't be used. Throws OPTION_INVALID when the policies name a function that nothing serves.
 */
export function makeRoutes(
  module: Module,
  inProcess?: InProcessFunctions,
  policies: FunctionPolicies = new FunctionPolicies(),
): Routes {
  const routes = new Map<EndpointSpec, HttpRoute>();
  for (const spec of module.endpoints) routes.set(spec, routeOf(spec));
  const here = new Map<string, Map<string, Route>>();
  if (inProcess !== undefined) {
    const endpoint = new InProcessEndpoint(inProcess);
    for (const typeName of inProcess.typeNames) {
      const { namespace, name } = parseTypeName(typeName);
      const named = module.endpoints.find((spec) => spec.namespace === namespace && spec.name === name);
      if (named !== undefined) {
        const both = `${typeName} is served twice: in this process, and by ${named.urlTemplate}`;
        throw new StatefunError("MODULE_INVALID", `${named.where}: ${both}. Remove one of the two.`);
      }
      const names = here.get(namespace) ?? new Map<string, Route>();
      here.set(
        namespace,
        names.set(
          name,
          inProcessRoute(inProcess, endpoint, typeName, policies.of(namespace, name, inProcess.policy?.(typeName))),
        ),
      );
    }
  }
  policies.assertServed({
    function: ({ namespace, name }) =>
      here.get(namespace)?.has(name) === true || matchEndpoint(module, namespace, name) !== undefined,
    here: ({ namespace, name }) => here.get(namespace)?.has(name) === true,
    namespace: (namespace) => here.has(namespace) || module.endpoints.some((spec) => spec.namespace === namespace),
  });
  let closed = false;
  return {
    find(namespace, name) {
      const route = here.get(namespace)?.get(name);
      if (route !== undefined) return route;
      const spec = matchEndpoint(module, namespace, name);
      const found = spec && routes.get(spec);
      return found && withPolicy(found, policies.of(namespace, name));
    },
    remotes: {
      find(typeName) {
        const { namespace, name } = parseTypeName(typeName);
        if (here.get(namespace)?.has(name) === true) return undefined;
        const spec = matchEndpoint(module, namespace, name);
        return spec && remoteServer(spec, name, routes.get(spec));
      },
      fixed: module.endpoints.flatMap((spec) => {
        const isFixed = spec.name !== undefined || !spec.urlTemplate.includes(placeholder);
        return (isFixed && remoteServer(spec, spec.name ?? "", routes.get(spec))) || [];
      }),
      get closed() {
        return closed;
      },
    },
    async close() {
      closed = true;
      await Promise.all([...routes.values()].map(({ endpoint }) => endpoint.close()));
    },
  };
}

/** The route of a function of the module file: its options can make the limits of the file smaller. */
function withPolicy(route: Route, policy: FunctionPolicy | undefined): Route {
  if (policy === undefined) return route;
  const { maxBatch = route.maxBatch, concurrency } = policy;
  const mostInFlight = leastOf(route.mostInFlight, concurrency);
  return {
    ...route,
    policy,
    maxBatch: Math.min(maxBatch, route.maxBatch),
    ...(mostInFlight === undefined ? {} : { mostInFlight }),
  };
}

const leastOf = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** How many of the connections to an endpoint one function takes: calls that hang must leave some to its other functions. */
const shareOfOne = 0.75;

type HttpRoute = Route & { readonly endpoint: HttpEndpoint };

/** The functions of StateFun 2 have other types: those are not asked for. */
function remoteServer(spec: EndpointSpec, name: string, route: HttpRoute | undefined): RemoteServer | undefined {
  if (route === undefined || spec.generation !== "v3") return undefined;
  const url = spec.urlTemplate.replaceAll(placeholder, encodeURIComponent(name));
  return { url, ask: () => route.endpoint.ask(name) };
}

function routeOf(spec: EndpointSpec): HttpRoute {
  const { generation, maxBatch, states, urlTemplate, name, transport } = spec;
  const mostInFlight = name === undefined ? Math.ceil(transport.poolSize * shareOfOne) : transport.poolSize;
  return { endpoint: new HttpEndpoint(spec), generation, maxBatch, mostInFlight, states, label: urlTemplate };
}

/** The same batch size as that of an endpoint whose module file has no maxNumBatchRequests. */
const inProcessMaxBatch = 1000;

function inProcessRoute(
  functions: InProcessFunctions,
  shared: InProcessEndpoint,
  typeName: string,
  policy: FunctionPolicy | undefined,
): Route {
  const { callTimeoutMs, maxBatch = inProcessMaxBatch, concurrency } = policy ?? {};
  const readOnly = functions.readOnly?.(typeName);
  return {
    endpoint: callTimeoutMs === undefined ? shared : new InProcessEndpoint(functions, callTimeoutMs),
    generation: "v3",
    maxBatch,
    states: undefined,
    label: "in this process",
    ...(concurrency === undefined ? {} : { mostInFlight: concurrency }),
    ...(policy === undefined ? {} : { policy }),
    ...(readOnly === undefined ? {} : { readOnly }),
  };
}
