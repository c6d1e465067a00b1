// The versions and transports that are tested, and module files for them.

import type { StatefulFunctions } from "statefun-ts";
import { parse, stringify } from "yaml";
import type { FlinkVersion } from "../../flink/flink.ts";
import { declared } from "../../src/cli/module.js";
import { writeFlinkModule } from "../../src/runtime/module/write-flink-module.js";

export interface Flavour {
  readonly name: string;
  readonly version: FlinkVersion;
  readonly generation: "v2" | "v3";
  /** How StateFun 3.3 calls functions. StateFun 2.2 has one way only. */
  readonly transport?: string;
}

export const async33: Flavour = {
  name: "StateFun 3.3 with its async transport",
  version: "3.3",
  generation: "v3",
  transport: "io.statefun.transports.v1/async",
};

export const okhttp33: Flavour = {
  name: "StateFun 3.3 with its OkHttp transport",
  version: "3.3",
  generation: "v3",
  transport: "io.statefun.transports.v1/okhttp",
};

export const statefun22: Flavour = { name: "StateFun 2.2", version: "2.2", generation: "v2" };

export interface ModuleOptions {
  /** How long a failing call is repeated before the job fails. Defaults to StateFun's own minute. */
  readonly callLimitMs?: number;
  /** States that the 2.2 module does not declare. Defaults to none. */
  readonly undeclared?: readonly string[];
}

/** The module file of these functions, as `statefun module` writes it. */
export function moduleOf(
  { version, transport }: Flavour,
  functions: StatefulFunctions,
  endpoint: string,
  { callLimitMs, undeclared = [] }: ModuleOptions = {},
): string {
  const name = transport?.slice(transport.lastIndexOf("/") + 1);
  const text = writeFlinkModule({
    engine: version,
    functions: declared(functions),
    url: endpoint,
    transport: name,
    callLimitMs,
  });
  return undeclared.length === 0 ? text : without(text, undeclared);
}

/** The module file without these states. */
function without(text: string, undeclared: readonly string[]): string {
  const file = parse(text, (key, value) =>
    key === "states" ? (value as { name: string }[]).filter(({ name }) => !undeclared.includes(name)) : value,
  );
  return stringify(file);
}
