// Opens a runtime by the options of `statefun start` and `statefun dev`, and says where everything listens.

import { createRequire } from "node:module";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { Address } from "../model/address.js";
import type { Logger } from "../model/logger.js";
import { TypedValue } from "../model/typed-value.js";
import type { EgressSpec } from "../runtime/egresses.js";
import type { Module } from "../runtime/module/module.js";
import type { RuntimeOptions } from "../runtime/runtime-options.js";
import type { ScheduleInfo } from "../runtime/schedules/schedules.js";
import type { StatefunRuntime } from "../runtime/statefun-runtime.js";
import { durationOf } from "./duration-option.js";
import { isUrl, parseEgress } from "./egress-option.js";
import { failureOptions } from "./failure-options.js";
import { type FunctionsFile, functionsFileOf, isFunctions, loadFunctions, loadTypes } from "./load-functions.js";
import { type Input, usage } from "./parse.js";
import { columns, printLine } from "./print.js";

/** A running runtime, and how to describe it. */
export interface Running {
  readonly runtime: StatefunRuntime;
  /** The description for people. */
  readonly text: string;
  /** The description for programs. */
  readonly json: {
    readonly pid: number;
    readonly functions: readonly string[];
    readonly module: string | null;
    readonly schedules: readonly string[];
    readonly ingress: string | null;
    readonly admin: string | null;
    readonly dir: string | null;
  };
}

/** Opens the runtime. Throws OPTION_INVALID, DURATION_INVALID, and whatever loading the functions and opening throw. */
export async function openRuntime(
  input: Input,
  functionsFile: FunctionsFile | undefined,
  module: string | undefined,
  logger: Logger,
): Promise<Running> {
  const options = runtimeOptions(input, module);
  // This import comes before tsx is loaded: tsx would slow every later import down.
  const { StatefunRuntime: own } = await import("../runtime/statefun-runtime.js");
  const functions = functionsFile === undefined ? new StatefulFunctions() : await loadFunctions(functionsFile);
  const typesFile = input.text("types") === undefined ? undefined : functionsFileOf(input.text("types") as string);
  const types = typesFile === undefined ? [] : await loadTypes(typesFile);
  const runtimeClass =
    functionsFile === undefined && typesFile !== undefined
      ? runtimeClassFor(types.find(isFunctions) ?? functions, typesFile, own)
      : runtimeClassFor(functions, functionsFile, own);
  const runtime = await runtimeClass.open({
    ...options,
    types,
    logger,
    ...(functionsFile === undefined ? {} : { functions }),
  });
  const { ingress, admin, dir } = runtime;
  const schedules = await runtime.schedules.list();
  const rows = [
    ["functions", functions.typeNames.join(", ")],
    ...(module === undefined ? [] : await moduleRows(module)),
    ...schedules.map(scheduleRow),
    ["ingress", ingress?.url ?? ""],
    ["console", admin?.url ?? ""],
    ["data", dir ?? "in memory only"],
  ];
  return {
    runtime,
    text: columns(rows.filter(([, shown]) => shown !== "").map(([name = "", shown = ""]) => [`  ${name}`, shown])),
    json: {
      pid: process.pid,
      functions: functions.typeNames,
      module: module ?? null,
      schedules: schedules.map(({ name }) => name),
      ingress: ingress?.url ?? null,
      admin: admin?.url ?? null,
      dir: dir ?? null,
    },
  };
}

/** Describes a schedule. Its next due time is left out, since `dev` prints the description again whenever it differs. */
function scheduleRow({ name, cron, timezone, target, pausedAt }: ScheduleInfo): string[] {
  const pause = pausedAt === undefined ? "" : " (paused)";
  return ["schedule", `${name}: ${cron} ${timezone} to ${target}${pause}`];
}

function runtimeOptions(input: Input, module: string | undefined): RuntimeOptions {
  const dir = input.text("dir");
  if (input.flag("memory") && dir !== undefined) {
    throw usage("--memory and --dir exclude each other. Give one of them.");
  }
  const waitForLock = durationOf(input, "wait-for-lock");
  if (waitForLock !== undefined && input.flag("memory")) {
    throw usage("--wait-for-lock and --memory exclude each other: no other process can have the memory open.");
  }
  const callTimeout = durationOf(input, "call-timeout");
  const idempotencyKeyLifetime = durationOf(input, "idempotency-key-lifetime");
  return {
    ...(module === undefined ? {} : { module }),
    allowHostTemplates: input.flag("allow-host-templates"),
    ...(dir === undefined ? {} : { dir }),
    ...(input.flag("memory") ? { dir: false as const } : {}),
    ...(waitForLock === undefined ? {} : { waitForLock }),
    ...(callTimeout === undefined ? {} : { callTimeout }),
    ...(idempotencyKeyLifetime === undefined ? {} : { idempotencyKeyLifetime }),
    ...failureOptions(input),
    park: parkOf(input),
    egresses: Object.fromEntries(input.texts("egress").map(egressOf)),
    ingress: {
      ...serverOptions(input, "host", "port", input.text("bearer-token")),
      allowedHosts: input.texts("allowed-host"),
    },
    admin: {
      ...serverOptions(input, "admin-host", "admin-port", input.text("admin-bearer-token")),
      allowedHosts: input.texts("admin-allowed-host"),
      readOnly: input.flag("admin-read-only"),
    },
  };
}

function serverOptions(input: Input, hostOption: string, portOption: string, bearerToken: string | undefined) {
  const host = input.text(hostOption);
  const port = input.text(portOption);
  if (port !== undefined && !/^\d{1,5}$/.test(port)) {
    throw usage(`--${portOption} is ${port}; it must be a number from 0 to 65535.`);
  }
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(bearerToken === undefined ? {} : { bearerToken }),
  };
}

function egressOf(written: string): [string, EgressSpec] {
  const { egress, target } = parseEgress(written);
  // A record that nobody can read any more stays in the outbox.
  if (target === "-") return [egress, (value) => printLine(`${egress}  ${recordText(value)}`)];
  return [egress, isUrl(target) ? { url: target } : { file: target }];
}

function recordText(value: unknown): string {
  if (value instanceof TypedValue) return `${value.typename} ${Buffer.from(value.value).toString("base64")} (base64)`;
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part));
}

/**
 * Returns the runtime class of the same copy of the package as the functions. A CommonJS project requires the package's
 * CommonJS copy, this program imports the other copy, and a runtime accepts only functions of its own copy.
 */
function runtimeClassFor(
  functions: StatefulFunctions,
  functionsFile: FunctionsFile | undefined,
  own: typeof StatefunRuntime,
): typeof StatefunRuntime {
  if (functionsFile === undefined || functions instanceof StatefulFunctions) return own;
  const other = createRequire(functionsFile.file);
  try {
    if ((functions as object) instanceof other("statefun-ts").StatefulFunctions)
      return other("statefun-ts/runtime").StatefunRuntime;
  } catch {
    // The package is not installed beside the file.
  }
  throw usage(
    `${functionsFile.file} holds a copy of statefun-ts of its own, as a bundle does. Leave statefun-ts out of the bundle, for example with esbuild's --external:statefun-ts.`,
  );
}

/** Describes what a module file adds: functions elsewhere, and the ports of the playground's ingresses and egresses. */
async function moduleRows(path: string): Promise<string[][]> {
  const { readModule } = await import("../runtime/module/read-module.js");
  const { endpoints, ingresses, egresses }: Module = await readModule(path, { allowHostTemplates: true });
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
    throw usage("--park and --memory exclude each other: an empty memory holds no message to keep back.");
  }
  return park;
}

/** Reads "ns/name/id"; a namespace may hold slashes. Throws OPTION_INVALID. */
function addressOf(written: string): Address {
  const [, namespace, name, id] = /^(.+)\/([^/]+)\/([^/]+)$/s.exec(written) ?? [];
  if (namespace === undefined || name === undefined || id === undefined) {
    throw usage(`--park is ${written}; write an address as ns/name/id.`);
  }
  return new Address(namespace, name, id);
}
