// The egresses of a runtime, as its options describe them.

import type { EgressConsumer } from "../engine/engine-api.js";
import { describeValue, StatefunError } from "../errors.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { FileEgress, type FileEgressSpec } from "./egress/file-egress.js";
import { HttpEgress, type HttpEgressSpec } from "./egress/http-egress.js";
import { type EgressHandler, ProcessEgress, type ProcessEgressSpec } from "./egress/process-egress.js";
import type { RepeatOptions } from "./egress/retry.js";

/** Where the records of an egress go: to a function, a file, or a web server. */
export type EgressSpec = EgressHandler | ProcessEgressSpec | FileEgressSpec | HttpEgressSpec;

/** A consumer that can be closed. */
export interface OpenEgress extends EgressConsumer {
  /** The id of the last record that it holds; undefined when it holds none or can't know. */
  readonly lastId?: string | undefined;
  close(graceMs?: number): Promise<void>;
}

/** Opens the consumer of an egress. Rejects with TYPE_NAME_INVALID, OPTION_INVALID and DURATION_INVALID. */
export async function openEgress(
  egress: string,
  spec: EgressSpec,
  { find }: TypeCatalog,
  options: RepeatOptions,
): Promise<OpenEgress> {
  parseTypeName(egress);
  if (typeof spec === "function") return new ProcessEgress(egress, { handler: spec }, find, options);
  if (typeof spec === "object" && spec !== null) {
    if ("file" in spec) return FileEgress.open(egress, spec, find, options);
    if ("url" in spec) return new HttpEgress(egress, spec, find, options);
    if ("handler" in spec) return new ProcessEgress(egress, spec, find, options);
  }
  throw new StatefunError(
    "OPTION_INVALID",
    `The egress ${egress} is ${describeValue(spec)}; it must be a function, { handler }, { file } or { url }.`,
  );
}
