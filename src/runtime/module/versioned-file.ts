// Reads module files of one document with a version: "2.0" of StateFun 2, "3.0" and "3.1" of early StateFun 3.

import { type Expiration, noExpiration } from "../../model/expiration.js";
import type { ValueSpec } from "../../model/invocation.js";
import { readMaxBatch, readUrl } from "./endpoint-kinds.js";
import type { Entry } from "./entry.js";
import { kindNames, readComponent, refuseKind } from "./kinds.js";
import type { ModuleParts } from "./module-parts.js";
import { readV2Transport, v2LimitNames } from "./transport.js";

const versions = ["2.0", "3.0", "3.1"];

/** Reads the only document of such a file. */
export function readVersionedFile(document: Entry, parts: ModuleParts): void {
  const fields = document.map(["version", "module"], ["version", "module"]);
  const version = fields?.get("version")?.text();
  const module = fields?.get("module")?.map(["meta", "spec"], ["meta", "spec"]);
  if (version === undefined || module === undefined) return;
  if (!versions.includes(version)) {
    fields?.get("version")?.fail(`"${version}" is not a version. Allowed: ${versions.join(", ")}.`);
    return;
  }
  const type = module.get("meta")?.map(["type"], ["type"])?.get("type");
  const named = type?.text();
  if (named !== undefined && named.toLowerCase() !== "remote") type?.fail(`"${named}" is not a type. Allowed: remote.`);
  const spec = module.get("spec") as Entry;
  if (version === "2.0") readSpecV2(spec, parts);
  else readSpecV3(spec, parts);
}

function readSpecV3(spec: Entry, parts: ModuleParts): void {
  const fields = spec.map(["endpoints", "ingresses", "egresses"]);
  for (const [meta, component] of componentsAt(fields?.get("endpoints"), "endpoint", ["kind"])) {
    const kind = meta.get("kind") as Entry;
    const named = kind.text();
    // These files call the kind "http".
    readComponent(kind, component, parts, named === "http" ? "io.statefun.endpoints.v1/http" : named);
  }
  for (const [list, item] of [
    ["ingresses", "ingress"],
    ["egresses", "egress"],
  ] as const) {
    for (const [meta, component] of componentsAt(fields?.get(list), item, ["type", "id"])) {
      readComponent(meta.get("type") as Entry, component, parts);
    }
  }
}

function readSpecV2(spec: Entry, parts: ModuleParts): void {
  const fields = spec.map(["functions", "ingresses", "egresses", "routers"]);
  for (const [meta, component] of componentsAt(fields?.get("functions"), "function", ["kind", "type"])) {
    const kind = meta.get("kind") as Entry;
    const named = kind.text();
    if (named !== undefined && named.toLowerCase() !== "http") kind.fail(`"${named}" is not a kind. Allowed: http.`);
    readFunction(meta.get("type") as Entry, component, parts);
  }
  for (const [list, item] of [
    ["ingresses", "ingress"],
    ["egresses", "egress"],
  ] as const) {
    for (const [meta] of componentsAt(fields?.get(list), item, ["type", "id"])) {
      const type = meta.get("type") as Entry;
      const named = type.text();
      if (named !== undefined) refuseKind(type, named, kindNames);
    }
  }
  fields
    ?.get("routers")
    ?.fail("the embedded runtime does not support routers, which belong to Kafka. This module runs on Flink.");
}

type Component = readonly [meta: ReadonlyMap<string, Entry>, spec: Entry];

/** Reads the items of a list; each has the form `{<item>: {meta, spec}}`. */
function componentsAt(list: Entry | undefined, item: string, metaKeys: readonly string[]): Component[] {
  return (list?.list() ?? []).flatMap((entry): Component[] => {
    const fields = entry.map([item], [item])?.get(item)?.map(["meta", "spec"], ["meta", "spec"]);
    const meta = fields?.get("meta")?.map(metaKeys, metaKeys);
    return meta === undefined ? [] : [[meta, fields?.get("spec") as Entry]];
  });
}

function readFunction(type: Entry, spec: Entry, parts: ModuleParts): void {
  const fields = spec.map(["endpoint", "states", "maxNumBatchRequests", ...v2LimitNames], ["endpoint"]);
  const typeName = readTypeName(type);
  if (fields === undefined) return;
  const urlTemplate = readUrl(fields.get("endpoint") as Entry, typeName?.name);
  const states = fields.has("states") ? readStates(fields.get("states") as Entry) : [];
  const maxBatch = readMaxBatch(fields);
  const transport = readV2Transport(fields, spec);
  if (typeName === undefined || urlTemplate === undefined) return;
  const { where } = type;
  parts.addEndpoint({ ...typeName, urlTemplate, generation: "v2", maxBatch, transport, states, where }, type);
}

function readTypeName(entry: Entry): { namespace: string; name: string } | undefined {
  const text = entry.text();
  if (text === undefined) return undefined;
  const [, namespace, name] = /^(.+)\/([^/]+)$/.exec(text) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  return entry.fail(`"${text}" is not a type name. Write "namespace/name".`);
}

function readStates(list: Entry): ValueSpec[] {
  const names = new Set<string>();
  return (list.list() ?? []).flatMap((entry): ValueSpec[] => {
    const fields = entry.map(["name", "expireAfter", "expireMode"], ["name"]);
    const name = fields?.get("name")?.text();
    const expiration = fields && readExpiration(fields.get("expireAfter"), fields.get("expireMode"));
    if (name === undefined || expiration === undefined) return [];
    if (names.has(name)) fields?.get("name")?.fail(`"${name}" is declared twice.`);
    names.add(name);
    return [{ name, typename: "", expiration }];
  });
}

const expireModes = ["after-invoke", "after-write"];

function readExpiration(after: Entry | undefined, mode: Entry | undefined): Expiration | undefined {
  const named = mode === undefined ? "after-invoke" : mode.text();
  if (named !== undefined && !expireModes.includes(named)) {
    return mode?.fail(`"${named}" is not a mode. Allowed: ${expireModes.join(", ")}.`);
  }
  if (after === undefined)
    return mode === undefined ? noExpiration : mode.fail("expireAfter is missing: a mode needs a duration.");
  const afterMs = after.durationMs({ textOnly: true });
  if (afterMs === undefined || named === undefined) return undefined;
  return { mode: named === "after-write" ? "after-write" : "after-call", afterMs };
}
