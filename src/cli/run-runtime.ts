// Opens a runtime as the options of `statefun start` and `statefun dev` say, and tells where everything listens.

import { createRequire } from "node:module";
import { StatefunError } from "../errors.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { Address } from "../model/address.js";
import { TypedValue } from "../model/typed-value.js";
import type { EgressSpec } from "../runtime/egresses.js";
import { durationHelp, parseDurationText } from "../runtime/module/duration-text.js";
import type { Module } from "../runtime/module/module.js";
import type { RuntimeOptions } from "../runtime/runtime-options.js";
import type { StatefunRuntime } from "../runtime/statefun-runtime.js";
import { isUrl, parseEgress } from "./egress-option.js";
import { type FunctionsFile, loadFunctions } from "./load-functions.js";
import { type Input, usage } from "./parse.js";
import { columns, print } from "./print.js";

/** A runtime that runs, and what to say of it. */
export interface Running {
  readonly runtime: StatefunRuntime;
  /** For people: what runs and where everything listens. */
  readonly text: string;
  /** The same for programs. */
  readonly json: {
    readonly functions: readonly string[];
    readonly module: string | null;
    readonly ingress: string | null;
    readonly admin: string | null;
    readonly dir: string | null;
  };
}

/** Opens the runtime. Throws OPTION_INVALID, and what loading the functions and opening the runtime throws. */
export async function openRuntime(
  input: Input,
  functionsFile: FunctionsFile | undefined,
  module: string | undefined,
): Promise<Running> {
  const options = runtimeOptions(input, module);
  // Before tsx is there, which every import after it goes through.
  const { StatefunRuntime: own } = await import("../runtime/statefun-runtime.js");
  const functions = functionsFile === undefined ? new StatefulFunctions() : await loadFunctions(functionsFile);
  const runtime = await runtimeClassFor(functions, functionsFile, own).open({ ...options, functions });
  const { ingress, admin, dir } = runtime;
  const rows = [
    ["functions", functions.typeNames.join(", ")],
    ...(module === undefined ? [] : await moduleRows(module)),
    ["ingress", ingress?.url ?? ""],
    ["admin", admin?.url ?? ""],
    ["data", dir ?? "in memory only"],
  ];
  return {
    runtime,
    text: columns(rows.filter(([, shown]) => shown !== "").map(([name = "", shown = ""]) => [`  ${name}`, shown])),
    json: {
      functions: functions.typeNames,
      module: module ?? null,
      ingress: ingress?.url ?? null,
      admin: admin?.url ?? null,
      dir: dir ?? null,
    },
  };
}

function runtimeOptions(input: Input, module: string | undefined): RuntimeOptions {
  const dir = input.text("dir");
  if (input.flag("memory") && dir !== undefined) throw usage("--memory and --dir exclude each other.");
  return {
    ...(module === undefined ? {} : { module }),
    ...(dir === undefined ? {} : { dir }),
    ...(input.flag("memory") ? { dir: false as const } : {}),
    ...callTimeoutOf(input.text("call-timeout")),
    park: parkOf(input),
    egresses: Object.fromEntries(input.texts("egress").map(egressOf)),
    ingress: serverOptions(input, "host", "port", input.text("ingress-token")),
    admin: serverOptions(input, "admin-host", "admin-port", input.text("admin-token")),
  };
}

function serverOptions(input: Input, hostOption: string, portOption: string, token: string | undefined) {
  const host = input.text(hostOption);
  const port = input.text(portOption);
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw usage(`--${portOption} is ${port}; it must be 0 to 65535.`);
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(token === undefined ? {} : { bearerToken: token }),
  };
}

/** Throws DURATION_INVALID. */
function callTimeoutOf(written: string | undefined): { callTimeout?: number } {
  if (written === undefined) return {};
  const callTimeout = parseDurationText(written) ?? 0;
  if (callTimeout > 0) return { callTimeout };
  throw new StatefunError("DURATION_INVALID", `--call-timeout is ${written}; it must be more than 0. ${durationHelp}`);
}

function egressOf(written: string): [string, EgressSpec] {
  const { egress, target } = parseEgress(written);
  if (target === "-") return [egress, (value) => print(`${egress}  ${recordText(value)}`)];
  return [egress, isUrl(target) ? { url: target } : { file: target }];
}

function recordText(value: unknown): string {
  if (value instanceof TypedValue) return `${value.typename} ${Buffer.from(value.value).toString("base64")} (base64)`;
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part));
}

/**
 * The runtime of the package's copy that the functions are from: a project in CommonJS requires another one than this
 * program imports, and a runtime knows the functions of its own copy only.
 */
function runtimeClassFor(
  functions: StatefulFunctions,
  functionsFile: FunctionsFile | undefined,
  own: typeof StatefunRuntime,
): typeof StatefunRuntime {
  if (functionsFile === undefined || functions instanceof StatefulFunctions) return own;
  return createRequire(functionsFile.file)("statefun-ts/runtime").StatefunRuntime;
}

/** What a module file adds: functions elsewhere, and the playground's ports. */
async function moduleRows(path: string): Promise<string[][]> {
  const { readModule } = await import("../runtime/module/read-module.js");
  const { endpoints, ingresses, egresses }: Module = await readModule(path);
  const playground = (port: number) => `http://127.0.0.1:${port}`;
  return [
    ["module", path],
    ...endpoints.map(({ namespace, name, urlTemplate }) => [
      "endpoint",
      `${namespace}/${name ?? "*"} at ${urlTemplate}`,
    ]),
    ...ingresses.map(({ port }) => ["playground ingress", playground(port)]),
    ...egresses.map(({ port }) => ["playground egress", playground(port)]),
  ];
}

function parkOf(input: Input): Address[] {
  const park = input.texts("park").map(addressOf);
  if (park.length > 0 && input.flag("memory")) {
    throw usage("--park and --memory exclude each other: nothing waits in an empty memory.");
  }
  return park;
}

/** Reads "ns/name/id"; a namespace may hold slashes. Throws OPTION_INVALID. */
function addressOf(written: string): Address {
  const [, namespace, name, id] = /^(.+)\/([^/]+)\/([^/]+)$/s.exec(written) ?? [];
  if (namespace === undefined || name === undefined || id === undefined) {
    throw usage(`--park is ${written}; write the address as ns/name/id.`);
  }
  return new Address(namespace, name, id);
}
