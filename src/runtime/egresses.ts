// The egresses of a runtime, from how they are written in its options.

import type { EgressConsumer } from "../engine/engine-api.js";
import { StatefunError } from "../errors.js";
import type { Logger } from "../model/logger.js";
import { assertKnownOptions } from "../model/options.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { FileEgress } from "./egress/file-egress.js";
import { HttpEgress, type HttpEgressOptions } from "./egress/http-egress.js";
import { type EgressHandler, ProcessEgress, type ProcessEgressOptions } from "./egress/process-egress.js";

/** Appends records to a file: one line of JSON for each, each record once. */
export interface FileEgressSpec {
  readonly file: string;
}

/** Posts records to a web server, each at least once. */
export type HttpEgressSpec = Pick<HttpEgressOptions, "url" | "headers" | "concurrency" | "timeout">;

/** Hands records to a function, each at least once. */
export type ProcessEgressSpec = Pick<ProcessEgressOptions, "concurrency"> & { readonly handler: EgressHandler };

/** Where the records of an egress go: to a function, a file, or a web server. */
export type EgressSpec = EgressHandler | ProcessEgressSpec | FileEgressSpec | HttpEgressSpec;

/** A consumer that can be closed. */
export interface OpenEgress extends EgressConsumer {
  close(graceMs?: number): Promise<void>;
}

/** Makes the consumer of an egress. Throws TYPE_NAME_INVALID and OPTION_INVALID. */
export async function openEgress(
  egress: string,
  spec: EgressSpec,
  { find }: TypeCatalog,
  logger: Logger,
): Promise<OpenEgress> {
  parseTypeName(egress);
  const where = `The egress ${egress}`;
  if (typeof spec === "function") return new ProcessEgress(egress, spec, find, { logger });
  if (typeof spec !== "object" || spec === null) throw unknown(where);
  if ("file" in spec) {
    assertKnownOptions(where, spec, ["file"]);
    return FileEgress.open(egress, spec.file, find, { logger });
  }
  if ("url" in spec) {
    assertKnownOptions(where, spec, ["url", "headers", "concurrency", "timeout"]);
    return new HttpEgress(egress, find, { ...spec, logger });
  }
  if ("handler" in spec) {
    assertKnownOptions(where, spec, ["handler", "concurrency"]);
    return new ProcessEgress(egress, spec.handler, find, { concurrency: spec.concurrency, logger });
  }
  throw unknown(where);
}

const unknown = (where: string) =>
  new StatefunError("OPTION_INVALID", `${where} must be a function, { handler }, { file } or { url }.`);
