// Reads the playground's HTTP ingress and egress: io.statefun.playground.v1/ingress and io.statefun.playground.v1/egress.

import type { Entry } from "./entry.js";
import type { ModuleParts } from "./module-parts.js";

export function readPlaygroundIngress(spec: Entry, parts: ModuleParts): void {
  const port = readPort(spec.map(["port"], ["port"])?.get("port"));
  if (port !== undefined) parts.addIngress({ kind: "playground-ingress", port, where: spec.where }, spec);
}

export function readPlaygroundEgress(spec: Entry, parts: ModuleParts): void {
  const fields = spec.map(["port", "topics"], ["port", "topics"]);
  const port = readPort(fields?.get("port"));
  const topics = fields
    ?.get("topics")
    ?.list()
    ?.map((topic) => topic.text());
  if (port === undefined || topics === undefined || !topics.every((topic) => topic !== undefined)) return;
  parts.addEgress({ kind: "playground-egress", port, topics: [...new Set(topics)], where: spec.where }, spec);
}

function readPort(entry: Entry | undefined): number | undefined {
  return entry?.integer(0, 65_535);
}
