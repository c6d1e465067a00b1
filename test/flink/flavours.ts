// The versions and transports that are tested, and module files for them.

import type { StatefulFunctions } from "statefun-ts";
import type { FlinkVersion } from "../../flink/flink.ts";
import { keptMessagesState } from "../../src/functions/failed-messages.js";

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

/** The module file of these functions. A module file of StateFun 3.3 names only their namespaces. */
export function moduleOf(
  flavour: Flavour,
  functions: StatefulFunctions,
  endpoint: string,
  options: ModuleOptions = {},
): string {
  return flavour.generation === "v3"
    ? moduleV3(flavour, functions, endpoint, options)
    : moduleV2(functions, endpoint, options);
}

function moduleV3({ transport }: Flavour, functions: StatefulFunctions, endpoint: string, options: ModuleOptions) {
  const namespaces = new Set(functions.typeNames.map((typeName) => typeName.slice(0, typeName.lastIndexOf("/"))));
  const limits = options.callLimitMs === undefined ? "" : `    timeouts:\n${timeLimits(options.callLimitMs, "      ")}`;
  const documents = [...namespaces].map(
    (namespace) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: ${namespace}/*
  urlPathTemplate: ${endpoint}
  transport:
    type: ${transport}
${limits}`,
  );
  return documents.join("---\n");
}

/** StateFun refuses a limit that exceeds the limit of the whole call. */
function timeLimits(ms: number, indent: string): string {
  return ["call", "connect", "read", "write"].map((name) => `${indent}${name}: ${ms}ms\n`).join("");
}

function moduleV2(functions: StatefulFunctions, endpoint: string, { callLimitMs, undeclared = [] }: ModuleOptions) {
  const lines = ['version: "2.0"', "module:", "  meta:", "    type: remote", "  spec:", "    functions:"];
  for (const typeName of functions.typeNames) {
    lines.push("      - function:", "          meta:", "            kind: http", `            type: ${typeName}`);
    lines.push("          spec:", `            endpoint: ${endpoint}`);
    if (callLimitMs !== undefined) {
      for (const name of ["timeout", "connectTimeout", "readTimeout", "writeTimeout"]) {
        lines.push(`            ${name}: ${callLimitMs}ms`);
      }
    }
    const { states: own = [], policy } = functions.get(typeName) ?? {};
    const kept = policy?.onFailure === "deadLetter" ? [keptMessagesState] : [];
    const states = [...own, ...kept].filter(({ name }) => !undeclared.includes(name));
    if (states.length > 0) lines.push("            states:");
    for (const { name, expiration } of states) {
      lines.push(`              - name: ${name}`);
      if (expiration.mode === "none") continue;
      const mode = expiration.mode === "after-write" ? "after-write" : "after-invoke";
      lines.push(`                expireAfter: ${expiration.afterMs}ms`, `                expireMode: ${mode}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
