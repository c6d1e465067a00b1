// Reads the endpoints of StateFun 3: the kinds io.statefun.endpoints.v1/http and io.statefun.endpoints.v2/http.

import type { Entry, Fields } from "./entry.js";
import type { EndpointSpec, TransportSpec } from "./module.js";
import type { ModuleParts } from "./module-parts.js";
import { readOkhttpTimeouts, readTransport } from "./transport.js";
import { expandUrlTemplate } from "./url-template.js";

const defaultMaxBatch = 1000;

export function readEndpointV2(spec: Entry, parts: ModuleParts): void {
  readEndpoint(spec, parts, "transport", readTransport);
}

export function readEndpointV1(spec: Entry, parts: ModuleParts): void {
  readEndpoint(spec, parts, "timeouts", readOkhttpTimeouts);
}

function readEndpoint(
  spec: Entry,
  parts: ModuleParts,
  transportKey: string,
  read: (entry: Entry | undefined) => TransportSpec,
): void {
  const fields = spec.map(
    ["functions", "urlPathTemplate", "maxNumBatchRequests", transportKey],
    ["functions", "urlPathTemplate"],
  );
  if (fields === undefined) return;
  const functions = fields.get("functions") as Entry;
  const target = readTarget(functions);
  const urlTemplate = readUrl(fields.get("urlPathTemplate") as Entry, target?.name);
  const maxBatch = readMaxBatch(fields);
  const transport = read(fields.get(transportKey));
  if (target === undefined || urlTemplate === undefined) return;
  const { where } = functions;
  parts.addEndpoint(
    { ...target, urlTemplate, generation: "v3", maxBatch, transport, states: undefined, where },
    functions,
  );
}

/** Reads "namespace/name", or "namespace/*" for all functions of a namespace. Flink allows one slash. */
function readTarget(entry: Entry): Pick<EndpointSpec, "namespace" | "name"> | undefined {
  const text = entry.text();
  if (text === undefined) return undefined;
  const [, namespace, name] = /^([^/*]+)\/([^/*]+|\*)$/.exec(text) ?? [];
  if (namespace !== undefined) return { namespace, name: name === "*" ? undefined : name };
  return entry.fail(`"${text}" names no functions. Write "namespace/name" for one, "namespace/*" for a namespace.`);
}

/** Reads a URL template; `name` is the name of the function when the endpoint serves only one. */
export function readUrl(entry: Entry, name = "name"): string | undefined {
  const text = entry.text();
  if (text === undefined) return undefined;
  const expanded = expandUrlTemplate(text, name);
  return "problem" in expanded ? entry.fail(`"${text}" is not a URL to call: ${expanded.problem}.`) : text;
}

export function readMaxBatch(fields: Fields): number {
  return fields.get("maxNumBatchRequests")?.integer(1, 2 ** 31 - 1) ?? defaultMaxBatch;
}
