// The kinds of components that the runtime knows, and the reasons for refusing the others.

import { suggestion } from "../../model/suggest.js";
import { readEndpointV1, readEndpointV2 } from "./endpoint-kinds.js";
import type { Entry } from "./entry.js";
import type { ModuleParts } from "./module-parts.js";
import { readPlaygroundEgress, readPlaygroundIngress } from "./playground-kinds.js";
import { readSchedule } from "./schedule-kind.js";

/** Reads the spec of a component into the parts of the module. */
type ReadKind = (spec: Entry, parts: ModuleParts) => void;

const kinds: ReadonlyMap<string, ReadKind> = new Map([
  ["io.statefun.endpoints.v2/http", readEndpointV2],
  ["io.statefun.endpoints.v1/http", readEndpointV1],
  ["io.statefun.playground.v1/ingress", readPlaygroundIngress],
  ["io.statefun.playground.v1/egress", readPlaygroundEgress],
  ["io.statefun-ts.schedules.v1/cron", readSchedule],
]);

/** The names of the kinds that the runtime knows. */
export const kindNames = [...kinds.keys()];

/** Reads a component; `kind` is the entry that holds the name of its kind. */
export function readComponent(kind: Entry, spec: Entry, parts: ModuleParts, named = kind.text()): void {
  if (named === undefined) return;
  const read = kinds.get(named);
  if (read === undefined) refuseKind(kind, named, kindNames);
  else read(spec, parts);
}

/** Notes why a kind is refused. */
export function refuseKind(kind: Entry, named: string, allowed: readonly string[]): void {
  const [, service] = /^(?:io\.)?statefun\.(kafka|kinesis)\b/.exec(named) ?? [];
  if (service !== undefined) {
    const name = service === "kafka" ? "Kafka" : "Kinesis";
    kind.fail(`the embedded runtime does not support ${name}. A module with ${named} runs on Flink.`);
    return;
  }
  kind.fail(`there is no kind "${named}" here.${suggestion(named, allowed)} Allowed: ${allowed.join(", ")}.`);
}
