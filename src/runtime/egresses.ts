// The egresses of a runtime, as its options describe them.

import { describeValue, StatefunError } from "../errors.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { FileEgress, type FileEgressSpec } from "./egress/file-egress.js";
import { HttpEgress, type HttpEgressSpec } from "./egress/http-egress.js";
import type { OpenEgress } from "./egress/open-egress.js";
import { type EgressHandler, ProcessEgress, type ProcessEgressSpec } from "./egress/process-egress.js";
import type { RepeatOptions } from "./egress/retry.js";
import { SeveralEgresses } from "./egress/several-egresses.js";

/** Where the records of an egress go: to a function, a file, a web server, or several of them. */
export type EgressSpec = OneEgressSpec | readonly OneEgressSpec[];

/** Where the records of an egress go, if they go to one place. */
export type OneEgressSpec = EgressHandler | ProcessEgressSpec | FileEgressSpec | HttpEgressSpec;

/** Opens the consumer of an egress. Rejects with TYPE_NAME_INVALID, OPTION_INVALID and DURATION_INVALID. */
export async function openEgress(
  egress: string,
  spec: EgressSpec,
  catalog: TypeCatalog,
  options: RepeatOptions,
): Promise<OpenEgress> {
  parseTypeName(egress);
  if (Array.isArray(spec)) return openSeveral(egress, spec, catalog, options);
  const { find } = catalog;
  if (typeof spec === "function") return new ProcessEgress(egress, { handler: spec }, find, options);
  if (typeof spec === "object" && spec !== null) {
    if ("file" in spec) return FileEgress.open(egress, spec, find, options);
    if ("url" in spec) return new HttpEgress(egress, spec, find, options);
    if ("handler" in spec) return new ProcessEgress(egress, spec, find, options);
  }
  throw new StatefunError(
    "OPTION_INVALID",
    `The egress ${egress} is ${describeValue(spec)}; it must be a function, { handler }, { file }, { url } or a list of them.`,
  );
}

/** Opens all consumers, or none. */
async function openSeveral(
  egress: string,
  specs: readonly OneEgressSpec[],
  catalog: TypeCatalog,
  options: RepeatOptions,
): Promise<OpenEgress> {
  if (specs.length === 0) throw new StatefunError("OPTION_INVALID", `The egress ${egress} is an empty list.`);
  const opened: OpenEgress[] = [];
  try {
    for (const spec of specs) opened.push(await openEgress(egress, spec, catalog, options));
  } catch (error) {
    for (const consumer of opened) await consumer.close(0);
    throw error;
  }
  return new SeveralEgresses(opened);
}
