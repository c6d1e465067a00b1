// Opens the parts of a runtime, one after the other: functions, store, engine, egresses, servers.

import type { Clock } from "../engine/clock.js";
import { ReopeningEngine } from "../engine/reopening-engine.js";
import { StatefunError } from "../errors.js";
import { LocalFunctions } from "../functions/local-functions.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Address } from "../model/address.js";
import { longestTimerMs } from "../model/duration.js";
import { defaultLogger, guarded, type Logger, logFailure } from "../model/logger.js";
import { parseTypeName } from "../model/type-name.js";
import type { Backup } from "../store/backup.js";
import { MemoryStore } from "../store/memory-store.js";
import type { CopiedStore } from "../store/store.js";
import { showMessage } from "../types/show-value.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { Watch } from "./admin/watch.js";
import { Backups } from "./backups.js";
import { Closing } from "./closing.js";
import type { OpenEgress } from "./egress/open-egress.js";
import { PlaygroundEgress, playgroundEgress } from "./egress/playground-egress.js";
import { openEgress } from "./egresses.js";
import { makeRoutes, type Routes } from "./endpoint/routes.js";
import { functionCatalog } from "./function-catalog.js";
import { IngressMetrics } from "./ingress/ingress-metrics.js";
import { openPlaygroundIngress } from "./ingress/playground-ingress.js";
import type { Module } from "./module/module.js";
import { Runs } from "./runs/runs.js";
import { type RuntimeOptions, runtimeOptions } from "./runtime-options.js";
import { scheduleDefinitions } from "./schedules/definitions.js";
import { moduleSchedules } from "./schedules/module-schedules.js";
import { Schedules } from "./schedules/schedules.js";
import { Servers } from "./servers.js";

const emptyModule: Module = { endpoints: [], ingresses: [], egresses: [], schedules: [] };

/** A runtime whose parts are all open. */
export interface OpenRuntime {
  readonly engine: ReopeningEngine;
  readonly runs: Runs;
  readonly servers: Servers;
  readonly dir: string | undefined;
  readonly catalog: TypeCatalog;
  readonly logger: Logger;
  readonly clock: Clock | undefined;
  readonly egresses: AttachedEgresses;
  readonly schedules: Schedules;
  readonly closing: Closing;
  /** Copies the store into a folder; see StatefunRuntime.backup. */
  backUp(folder: string): Promise<Backup>;
}

/** Opens a runtime. When a part can't be opened, the parts before it are closed and the promise rejects. */
export async function openRuntime(options: RuntimeOptions): Promise<OpenRuntime> {
  const read = runtimeOptions.read("The runtime", options);
  const closing = new Closing();
  try {
    return await openParts(read, closing);
  } catch (thrown) {
    await closing.run(0).catch(() => {}); // the first failure is the one to correct
    throw thrown;
  }
}

async function openParts(options: ReturnType<typeof runtimeOptions.read>, closing: Closing): Promise<OpenRuntime> {
  const { functions = new StatefulFunctions(), types = [], egresses = {} } = options;
  const logger = guarded(options.logger ?? defaultLogger);
  const ownCatalog = functionCatalog(functions, types);
  const module =
    options.module === undefined ? emptyModule : await readModuleFile(options.module, options.allowHostTemplates);
  const routes = openRoutes(functions, module, { ...options, logger });
  closing.add("endpoints", () => routes.close());
  const catalog = module.endpoints.length === 0 ? ownCatalog : await discovering(ownCatalog, routes, logger);
  const serves = ({ namespace, name }: Address) => routes.find(namespace, name) !== undefined;
  warnOfUnserved(types, routes, logger);
  const declared = [...options.schedules, ...moduleSchedules(module.schedules, catalog)];
  const definitions = scheduleDefinitions(declared, { functions, catalog, serves });
  const schedules = new Schedules(definitions, options.clock, logger);
  const store = await openStore(options.dir, options.waitForLock, logger);
  closing.add("store", () => store.close());
  // Not before the folder is owned: another process may write to the files. Before the engine, which must know the ids in them.
  const consumers = new Map<string, OpenEgress>();
  for (const [name, spec] of Object.entries(egresses)) {
    const consumer = await openEgress(name, spec, catalog, { logger, clock: options.clock });
    closing.add("egresses", (graceMs) => consumer.close(graceMs));
    consumers.set(name, consumer);
  }
  const watch = options.admin === false ? undefined : new Watch({ clock: options.clock });
  // The streams of the admin server end before the server waits for its answers.
  if (watch !== undefined) closing.add("admin", async () => watch.close());
  const [playground] = module.egresses;
  const engine = await ReopeningEngine.open({
    store,
    findRoute: schedules.routes(routes.find, options.clock),
    egresses: [...Object.keys(egresses), ...(playground === undefined ? [] : [playgroundEgress])],
    receivedIds: receivedIds(consumers),
    logger,
    limits: options.limits,
    policy: options,
    showMessage: (value) => showMessage(catalog, value),
    keyLifetimeMs: options.idempotencyKeyLifetime,
    recorder: watch?.recorder,
    traffic: watch?.traffic,
    ...(options.park === undefined ? {} : { park: options.park }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  watch?.follow(engine);
  closing.add("callers", (graceMs) => engine.releaseCallers(graceMs));
  closing.add("engine", (graceMs) => engine.close(graceMs));
  closing.add("writes", () => engine.settle());
  keepProcessAlive(closing);
  closing.add("callers", async () => schedules.close());
  await schedules.start(() => engine);

  const attached = new AttachedEgresses(engine, closing);
  for (const [name, consumer] of consumers) attached.attach(name, consumer);
  if (playground !== undefined) {
    attached.assertFree(playgroundEgress);
    const { port, topics } = playground;
    attached.own(playgroundEgress, await PlaygroundEgress.open({ port, topics, logger }));
  }

  const ingresses = new IngressMetrics();
  for (const { port } of module.ingresses) {
    const observe = ingresses.observerOf("playground");
    const server = await openPlaygroundIngress(engine, catalog, { port, logger, observe });
    closing.add("ingresses", (graceMs) => server.close(graceMs));
  }
  const dir = options.dir === false ? undefined : options.dir;
  const backups = new Backups(store, dir);
  // Before the admin server waits for its answers, as a backup may take long.
  closing.add("admin", () => backups.close());
  const backUp = (folder: string) => backups.make(folder);
  const runs = new Runs(engine, options.clock);
  const parts = { engine, runs, schedules, catalog, ingresses, watch, dir, backUp, logger, closing };
  const servers = await Servers.open(parts, options);
  return {
    engine,
    runs,
    servers,
    dir,
    catalog,
    logger,
    clock: options.clock,
    egresses: attached,
    schedules,
    closing,
    backUp,
  };
}

/** The egresses of a runtime that have a consumer. */
export class AttachedEgresses {
  readonly #engine: ReopeningEngine;
  readonly #closing: Closing;
  readonly #names = new Set<string>();

  constructor(engine: ReopeningEngine, closing: Closing) {
    this.#engine = engine;
    this.#closing = closing;
  }

  /** Throws OPTION_INVALID when the egress has a consumer already. */
  assertFree(name: string): void {
    if (!this.#names.has(name)) return;
    throw new StatefunError(
      "OPTION_INVALID",
      `The records of the egress ${name} are taken by another consumer already.`,
    );
  }

  /** Hands the records of an egress to a consumer. */
  attach(name: string, consumer: OpenEgress): void {
    this.#engine.attach(name, consumer);
    this.#names.add(name);
  }

  /** Does the same, and closes the consumer with the runtime. */
  own(name: string, consumer: OpenEgress): void {
    this.#closing.add("egresses", (graceMs) => consumer.close(graceMs));
    this.attach(name, consumer);
  }
}

/** The ids of the last records that consumers hold from before the start. */
function receivedIds(consumers: ReadonlyMap<string, OpenEgress>): Map<string, string> {
  const ids = new Map<string, string>();
  for (const [name, { lastId }] of consumers) if (lastId !== undefined) ids.set(name, lastId);
  return ids;
}

/** Imports the YAML reader only when there is a module file: it takes long to load. */
async function readModuleFile(path: string, allowHostTemplates: boolean): Promise<Module> {
  const { readModule } = await import("./module/read-module.js");
  return readModule(path, { allowHostTemplates });
}

/** A function that is declared under a wrong name would keep the right one without types. */
function warnOfUnserved(types: NonNullable<RuntimeOptions["types"]>, { find }: Routes, logger: Logger): void {
  const declared = types.flatMap((each) => (each instanceof StatefulFunctions ? each.typeNames : []));
  for (const typeName of declared) {
    const { namespace, name } = parseTypeName(typeName);
    if (find(namespace, name) !== undefined) continue;
    const what = `The option types declares ${typeName}, which nothing serves: compare its name with the key functions of the module file.`;
    logger.warn(`OPTION_INVALID: ${what}`, new StatefunError("OPTION_INVALID", what));
  }
}

/** Imports the readers of descriptions only when there is a server to ask. */
async function discovering(own: TypeCatalog, { remotes }: Routes, logger: Logger): Promise<TypeCatalog> {
  const { discoveringCatalog } = await import("./discovery/discovery.js");
  return discoveringCatalog({ own, remotes, logger });
}

function openRoutes(
  functions: StatefulFunctions,
  module: Module,
  options: ReturnType<typeof runtimeOptions.read> & { readonly logger: Logger },
): Routes {
  const { callTimeout: callTimeoutMs, functionOptions: policies, limits, clock, logger } = options;
  const local = new LocalFunctions(functions, { callTimeoutMs, metadataBytes: limits.metadataBytes, clock, logger });
  return makeRoutes(module, local, policies);
}

async function openStore(dir: string | false, waitForLockMs: number | undefined, logger: Logger): Promise<CopiedStore> {
  if (dir === false) return new MemoryStore();
  // Loaded only here: LevelDB is native code, which a runtime in memory works without.
  const { openLevelStore } = await import("../store/level-store.js");
  return openLevelStore(dir, {
    ...(waitForLockMs === undefined ? {} : { waitForLockMs }),
    onFailure: (failure) => logFailure(logger, failure),
    warn: (line) => logger.warn(line, new Error(line)),
  });
}

/** Keeps the process alive for a runtime without a server, as a listening server would. */
function keepProcessAlive(closing: Closing): void {
  const timer = setInterval(() => {}, longestTimerMs);
  closing.add("process", async () => clearInterval(timer));
}
