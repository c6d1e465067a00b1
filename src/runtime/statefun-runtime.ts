// The embedded runtime: an engine, its store, its endpoints, and its ways in and out, opened and closed together.

import { Engine } from "../engine/engine.js";
import type { EngineApi } from "../engine/engine-api.js";
import { describe, StatefunError } from "../errors.js";
import { RequestReplyHandler } from "../functions/request-reply.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { Address } from "../model/address.js";
import { type Duration, durationToMs, longestTimerMs } from "../model/duration.js";
import { defaultLogger, guarded, type Logger } from "../model/logger.js";
import { assertKnownOptions } from "../model/options.js";
import type { TypedValue } from "../model/typed-value.js";
import { openLevelStore } from "../store/level-store.js";
import { MemoryStore } from "../store/memory-store.js";
import type { Store } from "../store/store.js";
import { packValue } from "../types/pack.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { AdminServer } from "./admin/admin-server.js";
import { PlaygroundEgress, playgroundEgress } from "./egress/playground-egress.js";
import type { EgressHandler, ProcessEgressOptions } from "./egress/process-egress.js";
import { ProcessEgress } from "./egress/process-egress.js";
import { openEgress } from "./egresses.js";
import { makeRoutes, type Routes } from "./endpoint/routes.js";
import { functionCatalog } from "./function-catalog.js";
import { assertTaken } from "./http/body-value.js";
import { HttpIngress } from "./ingress/http-ingress.js";
import { openPlaygroundIngress } from "./ingress/playground-ingress.js";
import type { Module } from "./module/module.js";
import { engineLimits } from "./runtime-limits.js";
import { type RuntimeOptions, runtimeOptionNames } from "./runtime-options.js";

const defaultDir = ".statefun";
const defaultGrace: Duration = { seconds: 10 };
const noModule: Module = { endpoints: [], ingresses: [], egresses: [] };

/** What is closed after the egresses: the engine's last group of writes, the store, the endpoints, the process's life. */
const usedByEgresses = 4;

/** Something that is closed with the runtime. */
type Close = (graceMs: number) => Promise<unknown>;

/** Options of {@link StatefunRuntime.send}. */
export interface RuntimeSendOptions {
  /** When the message is delivered. Defaults to at once. */
  readonly delay?: Duration;
  /** Names a delayed message for {@link StatefunRuntime.cancel}. Defaults to none. */
  readonly cancellationToken?: string;
  /** A second send with the same key does nothing, for 24 hours. Defaults to none. */
  readonly idempotencyKey?: string;
}

/** Options of {@link StatefunRuntime.call}. */
export interface RuntimeCallOptions {
  /** How long to wait for the answer. Defaults to 30 seconds. */
  readonly timeout?: Duration;
  /** A second call with the same key gets the first one's answer, for 24 hours. Defaults to none. */
  readonly idempotencyKey?: string;
  /** Ends the wait; the message stays sent. Defaults to none. */
  readonly signal?: AbortSignal;
}

/** Options of {@link StatefunRuntime.close}. */
export interface RuntimeCloseOptions {
  /** How long calls in flight may take to end. Defaults to 10 seconds. */
  readonly grace?: Duration;
}

/**
 * What a runtime holds, for people to look at and to mend, and the place for egresses of your own. Messages go in through
 * the runtime itself.
 */
export type RuntimeEngine = Omit<EngineApi, "send" | "call" | "cancel" | "close">;

/**
 * Runs functions on this machine: keeps their state, delivers their messages exactly once, and wakes them later.
 *
 * @example
 * ```ts
 * import { StatefunRuntime } from "statefun-ts/runtime";
 * import { functions } from "./functions.js";
 *
 * const runtime = await StatefunRuntime.open({ functions, dir: "counts" });
 * console.log(`Listening on ${runtime.ingress?.url}`);
 * process.once("SIGTERM", () => runtime.close());
 * ```
 */
export class StatefunRuntime {
  /** Shows what the engine holds, lets people mend it, and takes egresses of your own. */
  readonly engine: RuntimeEngine;
  /** The HTTP ingress; undefined when it was not opened. */
  readonly ingress: { readonly url: string; readonly port: number } | undefined;
  /** The admin server; undefined when it was not opened. */
  readonly admin: { readonly url: string; readonly port: number } | undefined;
  /** The folder that keeps everything; undefined when it is only in memory. */
  readonly dir: string | undefined;
  readonly #opened: Opened;
  #closing: Promise<void> | undefined;

  private constructor(opened: Opened) {
    this.#opened = opened;
    this.engine = opened.engine;
    this.ingress = opened.ingress;
    this.admin = opened.admin;
    this.dir = opened.dir;
  }

  /**
   * Opens a runtime, and goes on where it was left. Rejects with OPTION_INVALID, ADDRESS_IN_USE, MODULE_INVALID,
   * STORE_LOCKED, STORE_VERSION, STORE_FULL and STORE_FAILED; nothing stays open then.
   */
  static async open(options: RuntimeOptions = {}): Promise<StatefunRuntime> {
    assertKnownOptions("The runtime", options, runtimeOptionNames);
    assertServerOptions("ingress", options.ingress);
    assertServerOptions("admin", options.admin);
    const closes: Close[] = [];
    try {
      return new StatefunRuntime(await openAll(options, closes));
    } catch (thrown) {
      await closeAll(closes, 0).catch(() => {}); // what went wrong first is what to correct
      throw thrown;
    }
  }

  /**
   * Sends a message from outside to a function's address; resolves when it is on disk. A value that does not name its
   * type is packed first: `Types.int.pack(5)`. Rejects with FUNCTION_UNKNOWN, ID_MISSING, MAILBOX_FULL, OVERLOADED,
   * STORE_FULL, STORE_FAILED, TOKEN_INVALID, IDEMPOTENCY_CONFLICT, SHUTTING_DOWN and VALUE_UNTYPED, and with VALUE_INVALID
   * when the function is of this process and takes no such type.
   *
   * @example
   * ```ts
   * import { Types } from "statefun-ts";
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * await runtime.send("example/count", "bob", Types.int.pack(5), { delay: { hours: 1 }, cancellationToken: "later" });
   * console.log(await runtime.cancel("later")); // true
   * ```
   */
  async send(typeName: string, id: string, value: unknown, options: RuntimeSendOptions = {}): Promise<void> {
    assertKnownOptions("send", options, ["delay", "cancellationToken", "idempotencyKey"]);
    const { delay, cancellationToken, idempotencyKey } = options;
    return this.#opened.engine.send(Address.of(typeName, id), this.#pack(typeName, value), {
      ...(delay === undefined ? {} : { delayMs: durationToMs(delay) }),
      ...(cancellationToken === undefined ? {} : { cancellationToken }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
  }

  /**
   * Sends a message and waits for the answer: what the handler returns, or what is sent to the message's caller. Rejects
   * as {@link send} does, and with ANSWER_TIMEOUT, ADDRESS_PARKED and the signal's reason.
   *
   * @example
   * ```ts
   * import { Types } from "statefun-ts";
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * const total = await runtime.call("example/count", "bob", Types.int.pack(5), { timeout: { seconds: 2 } });
   * console.log(total.as(Types.double)); // 5: a number is returned as a double
   * ```
   */
  async call(typeName: string, id: string, value: unknown, options: RuntimeCallOptions = {}): Promise<TypedValue> {
    assertKnownOptions("call", options, ["timeout", "idempotencyKey", "signal"]);
    const { timeout, idempotencyKey, signal } = options;
    return this.#opened.engine.call(Address.of(typeName, id), this.#pack(typeName, value), {
      ...(timeout === undefined ? {} : { timeoutMs: durationToMs(timeout) }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Withdraws a delayed message that was sent from outside with this token; resolves to whether there was one. */
  cancel(cancellationToken: string): Promise<boolean> {
    return this.#opened.engine.cancel(cancellationToken);
  }

  /**
   * Hands the records of an egress to a function, which acknowledges each when its promise resolves. Throws
   * OPTION_INVALID when the egress has somewhere to go already.
   *
   * @example
   * ```ts
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * runtime.egress("example/greets", async (greeting: string, { id }) => {
   *   console.log(id, greeting); // the same id when the record comes again
   * });
   * ```
   */
  egress(name: string, handler: EgressHandler, options: Pick<ProcessEgressOptions, "concurrency"> = {}): void {
    const { attached, closes, catalog, logger } = this.#opened;
    assertFree(attached, name);
    const consumer = new ProcessEgress(name, handler, catalog.find, { ...options, logger });
    attached.add(name);
    closes.splice(closes.length - usedByEgresses, 0, () => consumer.close());
    this.engine.attach(name, consumer);
  }

  /**
   * Refuses new messages at once, lets calls in flight end within `grace`, and closes everything. A message whose call has
   * not ended by then is delivered again at the next start. Rejects with OPTION_INVALID and DURATION_INVALID, and then
   * nothing is closed.
   */
  async close(options: RuntimeCloseOptions = {}): Promise<void> {
    assertKnownOptions("close", options, ["grace"]);
    const graceMs = durationToMs(options.grace ?? defaultGrace);
    if (graceMs < 0) throw new StatefunError("OPTION_INVALID", `grace is ${graceMs} ms; it must not be below 0.`);
    this.#opened.engine.refuse();
    this.#closing ??= closeAll(this.#opened.closes, graceMs);
    return this.#closing;
  }

  /** Closes the runtime at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** As an ingress does, it takes nothing that no handler takes: that would park the address. */
  #pack(typeName: string, value: unknown): TypedValue {
    const packed = packValue(value);
    assertTaken(this.#opened.catalog, typeName, packed.typename);
    return packed;
  }
}

interface Opened {
  readonly engine: Engine;
  readonly ingress: HttpIngress | undefined;
  readonly admin: AdminServer | undefined;
  readonly dir: string | undefined;
  readonly catalog: TypeCatalog;
  readonly logger: Logger;
  /** The egresses that have a consumer. */
  readonly attached: Set<string>;
  /** In the order in which they are called. */
  readonly closes: Close[];
}

/** Opens part after part; each is closed before those that it uses. */
async function openAll(options: RuntimeOptions, closes: Close[]): Promise<Opened> {
  const { functions = new StatefulFunctions(), types = [], egresses = {}, limits, clock } = options;
  const logger = guarded(options.logger ?? defaultLogger);
  const catalog = functionCatalog(functions, types);
  const module = options.module === undefined ? noModule : await moduleAt(options.module);
  const routes = openRoutes(functions, module, options, logger);
  closes.unshift(() => routes.close());
  const { store, dir } = await openStore(options.dir);
  closes.unshift(() => store.close());
  const playground = module.egresses[0];
  const names = [...Object.keys(egresses), ...(playground === undefined ? [] : [playgroundEgress])];
  const engine = await Engine.open({
    store,
    findRoute: routes.find,
    egresses: names,
    logger,
    ...(options.park === undefined ? {} : { park: options.park }),
    limits: engineLimits(limits),
    ...(clock === undefined ? {} : { clock }),
  });
  closes.unshift(() => engine.settle());
  closes.unshift((graceMs) => engine.close(graceMs));
  // The process lives as long as the runtime is open, as it does with a server.
  const alive = setInterval(() => {}, longestTimerMs);
  closes.push(async () => clearInterval(alive));
  const attached = new Set<string>();
  for (const [name, spec] of Object.entries(egresses)) {
    const consumer = await openEgress(name, spec, catalog, logger);
    attached.add(name);
    closes.splice(closes.length - usedByEgresses, 0, () => consumer.close());
    engine.attach(name, consumer);
  }
  if (playground !== undefined) {
    assertFree(attached, playgroundEgress);
    const consumer = await PlaygroundEgress.open({ port: playground.port, topics: playground.topics, logger });
    attached.add(playgroundEgress);
    closes.splice(closes.length - usedByEgresses, 0, (graceMs) => consumer.close(graceMs));
    engine.attach(playgroundEgress, consumer);
  }
  for (const { port } of module.ingresses) {
    const server = await openPlaygroundIngress(engine, catalog, { port, logger });
    closes.unshift((graceMs) => server.close(graceMs));
  }
  const ingress =
    options.ingress === false ? undefined : await HttpIngress.open(engine, catalog, { logger, ...options.ingress });
  if (ingress !== undefined) closes.unshift((graceMs) => ingress.close(graceMs));
  const admin =
    options.admin === false ? undefined : await AdminServer.open(engine, catalog, { logger, ...options.admin });
  if (admin !== undefined) closes.unshift((graceMs) => admin.close(graceMs));
  return { engine, ingress, admin, dir, catalog, logger, attached, closes };
}

/** Throws OPTION_INVALID for anything but an object: a port number that is spread would be no options at all. */
function assertServerOptions(name: string, options: unknown): void {
  if (options === undefined || options === false || (typeof options === "object" && options !== null)) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `${name} is ${describe(options)}; write { port: 8080 }, or false for none.`,
  );
}

/** Loads what reads YAML only when there is some to read. */
async function moduleAt(path: string): Promise<Module> {
  const { readModule } = await import("./module/read-module.js");
  return readModule(path);
}

function openRoutes(
  functions: StatefulFunctions,
  module: Module,
  { callTimeout }: RuntimeOptions,
  logger: Logger,
): Routes {
  const handler = new RequestReplyHandler(functions, {
    generation: "v3",
    logger,
    ...(callTimeout === undefined ? {} : { callTimeout }),
  });
  return makeRoutes(module, { typeNames: functions.typeNames, handle: (request) => handler.handle(request) });
}

async function openStore(dir: string | false = defaultDir): Promise<{ store: Store; dir: string | undefined }> {
  if (dir === false) return { store: new MemoryStore(), dir: undefined };
  if (typeof dir !== "string" || dir === "") {
    throw new StatefunError("OPTION_INVALID", "dir must be the path of a folder, or false to keep all in memory.");
  }
  return { store: await openLevelStore(dir), dir };
}

function assertFree(attached: ReadonlySet<string>, egress: string): void {
  if (!attached.has(egress)) return;
  throw new StatefunError("OPTION_INVALID", `The egress ${egress} has somewhere to go already.`);
}

/** Closes one after the other, the last even if one before it fails, and then fails with the first failure. */
async function closeAll(closes: readonly Close[], graceMs: number): Promise<void> {
  const failures: unknown[] = [];
  const limit = performance.now() + graceMs;
  for (const close of closes) {
    try {
      await close(Math.max(0, limit - performance.now()));
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
}
