// The embedded runtime, as its users see it: open, send, call, cancel, take egress records, close.

import type { EngineApi } from "../engine/engine-api.js";
import { StatefunError } from "../errors.js";
import { typeNameOf } from "../functions/class-record.js";
import type { FunctionClass } from "../functions/handled-messages.js";
import { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";
import { defineOptions, positiveInteger, wait, withDefault } from "../model/options.js";
import type { QueryOptions, QueryResults } from "../model/query.js";
import { assertRunId } from "../model/run-id.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Ref, Sender } from "../refs/plain-types.js";
import type { Backup } from "../store/backup.js";
import { type EgressHandler, ProcessEgress } from "./egress/process-egress.js";
import { RecordLoop, type TakenRecord } from "./egress/record-loop.js";
import type { RuntimeHandler, RuntimeHandlerOptions } from "./http/mounted.js";
import { type OpenRuntime, openRuntime } from "./open-runtime.js";
import { queryStates } from "./query/own-query.js";
import { refTo, senderTo } from "./refs.js";
import {
  callFunction,
  cancelMessage,
  type RuntimeCallOptions,
  type RuntimeCancelOptions,
  type RuntimeSendOptions,
  sendMessage,
} from "./requests.js";
import type { AddressRuns, RunFilter, RunPage, RunsFound } from "./runs/run-info.js";
import type { RunCancelOptions } from "./runs/runs.js";
import type { RuntimeOptions } from "./runtime-options.js";
import type { ScheduleApi } from "./schedules/schedules.js";

/** Options of {@link StatefunRuntime.egress}. */
export interface RuntimeEgressOptions {
  /** How many records the handler may have at once. Defaults to 1: in order, one after the other. */
  readonly concurrency?: number;
}

/** Options of {@link StatefunRuntime.close}. */
export interface RuntimeCloseOptions {
  /** How long calls in flight may take to end. Defaults to 10 seconds. */
  readonly grace?: Duration;
}

const egressOptions = defineOptions<RuntimeEgressOptions>()({ concurrency: withDefault(positiveInteger, 1) });

const closeOptions = defineOptions<RuntimeCloseOptions>()({ grace: withDefault(wait, 10_000) });

/**
 * Shows the functions, addresses, states and messages of a runtime, changes them, and takes egress consumers of your own.
 * Messages are sent through {@link StatefunRuntime} itself.
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
  /** Shows and changes what the runtime holds, and takes egress consumers of your own. */
  readonly engine: RuntimeEngine;
  /** Lists, pauses, resumes and runs the schedules. */
  readonly schedules: ScheduleApi;
  /** The HTTP ingress; undefined when it has no port of its own. */
  readonly ingress: { readonly url: string; readonly port: number } | undefined;
  /** The admin server; undefined when it has no port of its own. */
  readonly admin: { readonly url: string; readonly port: number } | undefined;
  /** The folder that keeps everything; undefined when it is only in memory. */
  readonly dir: string | undefined;
  readonly #opened: OpenRuntime;
  #closing: Promise<void> | undefined;

  private constructor(opened: OpenRuntime) {
    this.#opened = opened;
    this.engine = opened.engine;
    this.schedules = opened.schedules;
    this.ingress = opened.servers.listening.ingress;
    this.admin = opened.servers.listening.admin;
    this.dir = opened.dir;
  }

  /**
   * Opens a runtime. Messages and timers that the folder holds from before are delivered at once. Rejects with
   * OPTION_INVALID, DURATION_INVALID, MODULE_INVALID, STORE_LOCKED, STORE_VERSION, STORE_FULL, STORE_FAILED and
   * ADDRESS_IN_USE; nothing stays open then.
   */
  static async open(options: RuntimeOptions = {}): Promise<StatefunRuntime> {
    return new StatefunRuntime(await openRuntime(options));
  }

  /**
   * Returns a function instance to call, by its class or its type name. It has the methods of the class, which behave as those
   * of the typed client do: they take plain fields, and resolve to plain fields. Throws FUNCTION_UNDECORATED, TYPE_NAME_INVALID
   * and ID_MISSING. A call rejects with the TerminalError of the function, with ANSWER_TIMEOUT, OPTION_INVALID,
   * DURATION_INVALID and VALUE_INVALID, as {@link call} does, or with the reason of the signal.
   *
   * @example
   * ```ts
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { Count, functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * console.log(await runtime.ref(Count, "bob").add(5)); // 5
   * console.log(await runtime.ref<Count>("example/count", "bob").add(2)); // 7: the class is only a type here
   * ```
   */
  ref<I extends object>(target: FunctionClass<I>, id: string): Ref<I>;
  /** Does the same by the function's type name: the class F is only a type here. */
  ref<F>(typeName: string, id: string): Ref<F>;
  ref(target: string | FunctionClass<object>, id: string): object {
    return refTo(this.#opened, typeNameOf(target), id);
  }

  /**
   * Returns the same function instance, to send messages to: a method resolves when the message is on disk. Throws and rejects
   * as {@link ref} does.
   */
  sender<I extends object>(target: FunctionClass<I>, id: string): Sender<I>;
  /** Does the same by the function's type name: the class F is only a type here. */
  sender<F>(typeName: string, id: string): Sender<F>;
  sender(target: string | FunctionClass<object>, id: string): object {
    return senderTo(this.#opened, typeNameOf(target), id);
  }

  /**
   * Sends a message to a function's address; resolves when the message is on disk. A value that does not name its type must
   * be packed: `Types.int.pack(5)`. Rejects with FUNCTION_UNKNOWN, ID_MISSING, MAILBOX_FULL, OVERLOADED,
   * STORE_FULL, STORE_FAILED, TOKEN_INVALID, IDEMPOTENCY_CONFLICT, DELAY_INVALID, DURATION_INVALID, OPTION_INVALID,
   * ENGINE_RESTARTING, SHUTTING_DOWN, METADATA_INVALID, METADATA_TOO_LARGE and VALUE_UNTYPED. Rejects with VALUE_INVALID when the function runs in this process and has no handler for
   * the value's type.
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
  async send(typeName: string, id: string, value: unknown, options?: RuntimeSendOptions): Promise<void> {
    return sendMessage(this.#opened, typeName, id, value, options);
  }

  /**
   * Sends a message and waits for the answer: the value that the handler returns, or the first message that is sent to the
   * caller. Resolves to undefined when the handler ended without a value. Rejects as {@link send} does, with the function's
   * TerminalError, with the code of a failure that another try can't end or whose message was set aside, and with
   * ANSWER_TIMEOUT, ADDRESS_PARKED, CALL_CYCLE and the signal's reason.
   *
   * @example
   * ```ts
   * import { Types } from "statefun-ts";
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * const total = await runtime.call("example/count", "bob", Types.int.pack(5), { timeout: { seconds: 2 } });
   * console.log(total?.as(Types.double)); // 5: a number is returned as a double
   * ```
   */
  async call(
    typeName: string,
    id: string,
    value: unknown,
    options?: RuntimeCallOptions,
  ): Promise<TypedValue | undefined> {
    return callFunction(this.#opened, typeName, id, value, options);
  }

  /**
   * Withdraws the delayed message that was sent from outside with this token; resolves to whether there was one. Rejects
   * with TOKEN_INVALID, IDEMPOTENCY_CONFLICT and OPTION_INVALID.
   */
  async cancel(cancellationToken: string, options?: RuntimeCancelOptions): Promise<boolean> {
    return cancelMessage(this.#opened, cancellationToken, options);
  }

  /**
   * Shows the runs of workflows of one address: what each of them has done and waits for. Rejects with TYPE_NAME_INVALID,
   * ID_MISSING, and with VALUE_UNREADABLE when a later version has written them.
   *
   * @example
   * ```ts
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * for (const { run, status, waitsFor } of (await runtime.runs("example/count", "bob")).runs) {
   *   console.log(run, status, waitsFor.map(({ key }) => key));
   * }
   * ```
   */
  async runs(typeName: string, id: string): Promise<AddressRuns> {
    return this.#opened.runs.of(Address.of(typeName, id));
  }

  /**
   * Lists the runs of a function's workflows, a page at a time: those that have not ended, or those that the filter chooses.
   * Rejects with TYPE_NAME_INVALID, OPTION_INVALID and DURATION_INVALID.
   */
  async findRuns(typeName: string, filter?: RunFilter, page?: RunPage): Promise<RunsFound> {
    return this.#opened.runs.find(typeName, filter, page);
  }

  /**
   * Cancels a run; resolves when the cancellation is on disk, to whether there is such a run that has not ended. A run that was
   * cancelled before counts. Rejects as {@link send} does.
   */
  async cancelRun(typeName: string, id: string, run: string, options?: RunCancelOptions): Promise<boolean> {
    assertRunId(run);
    try {
      await this.#opened.runs.cancel(Address.of(typeName, id), run, options);
      return true;
    } catch (error) {
      if (error instanceof StatefunError && error.code === "RUN_NOT_FOUND") return false;
      throw error;
    }
  }

  /**
   * Cancels all runs of an address, also those that wait for their turn; resolves to their ids when the cancellation is on disk.
   * Rejects as {@link send} does.
   */
  async cancelRuns(typeName: string, id: string, options?: RunCancelOptions): Promise<string[]> {
    return this.#opened.runs.cancel(Address.of(typeName, id), undefined, options);
  }

  /**
   * Finds the addresses of a function whose states meet a condition in CEL, in the order of their ids. The loop rejects with
   * QUERY_INVALID, FUNCTION_UNKNOWN, TYPE_NAME_INVALID, and with the signal's reason. Throws OPTION_INVALID.
   *
   * @example
   * ```ts
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * for await (const { id, values } of runtime.query("example/count", { where: "total > 3", columns: ["total"] })) {
   *   console.log(id, values.total);
   * }
   * ```
   */
  query(typeName: string, options?: QueryOptions): QueryResults {
    return queryStates(this.#opened, typeName, options);
  }

  /**
   * Hands the records of an egress to a function. A record is acknowledged when the function's promise resolves. Throws
   * OPTION_INVALID when the egress has a consumer already, and SHUTTING_DOWN after {@link close}.
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
  egress(name: string, handler: EgressHandler, options?: RuntimeEgressOptions): void;
  /**
   * Returns the records of an egress for a `for await` loop, which takes one after the other. A record is acknowledged when the loop
   * asks for the next one. When the loop ends before, by a break or an error, the record comes again: to the next loop over the same
   * object, or after a restart. The loop ends when the runtime closes. Throws OPTION_INVALID and SHUTTING_DOWN.
   *
   * @example
   * ```ts
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: false });
   * const mails = runtime.egress("example/mails");
   * const sending = (async () => {
   *   for await (const { value, record } of mails) console.log(record.id, value);
   * })();
   * await runtime.close(); // ends the loop
   * await sending;
   * ```
   */
  egress(name: string): AsyncIterable<TakenRecord>;
  egress(
    name: string,
    handler?: EgressHandler,
    options?: RuntimeEgressOptions,
  ): AsyncIterable<TakenRecord> | undefined {
    const { egresses, catalog, logger, clock } = this.#opened;
    egresses.assertFree(name);
    if (handler === undefined) {
      const loop = new RecordLoop(name, catalog.find);
      egresses.own(name, loop);
      return loop;
    }
    const spec = { handler, ...egressOptions.read("egress", options) };
    egresses.own(name, new ProcessEgress(name, spec, catalog.find, { logger, clock }));
    return undefined;
  }

  /**
   * Copies everything that the runtime keeps into another folder, while it goes on: states, messages and delayed messages as they
   * are at one moment, between two commits. The folder must not exist yet, or be empty; `StatefunRuntime.open({ dir })` opens it.
   * Rejects with OPTION_INVALID when it holds something or lies inside the data folder, with BACKUP_FAILED when it can't be written,
   * with SHUTTING_DOWN when {@link close} comes before its end, and with STORE_FULL and STORE_FAILED when the data folder can't be read.
   * Then nothing of the backup is there, and the runtime goes on.
   *
   * @example
   * ```ts
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * await using runtime = await StatefunRuntime.open({ functions, dir: "kept" });
   * const { entries, bytes } = await runtime.backup(`backups/${Date.now()}`);
   * console.log(`${entries} entries, ${bytes} bytes`);
   * ```
   */
  async backup(folder: string): Promise<Backup> {
    if (typeof folder !== "string" || folder === "") {
      throw new StatefunError("OPTION_INVALID", "A backup needs the path of a folder that does not exist yet.");
    }
    return this.#opened.backUp(folder);
  }

  /**
   * Returns a function that answers requests of a server of your own as the HTTP ingress or the admin server would, which has
   * `listen: false` for that: a listener of node:http, and a middleware of Express, Nest and Connect. Your server answers for who
   * reaches it, by a login for example. Mount it before any body parser. After {@link close} it answers SHUTTING_DOWN. Throws
   * OPTION_INVALID.
   *
   * @example
   * ```ts
   * import { createServer } from "node:http";
   * import { StatefunRuntime } from "statefun-ts/runtime";
   * import { functions } from "./functions.js";
   *
   * const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { listen: false }, admin: false });
   * createServer(runtime.handler("ingress", { prefix: "/statefun" })).listen(8080);
   * ```
   */
  handler(server: "ingress" | "admin", options?: RuntimeHandlerOptions): RuntimeHandler {
    return this.#opened.servers.handler(server, options);
  }

  /**
   * Refuses new messages at once, waits up to `grace` for the calls in flight, and closes everything. A message whose call
   * has not ended by then is delivered again at the next start. Rejects with OPTION_INVALID and DURATION_INVALID, and then
   * nothing is closed.
   */
  async close(options?: RuntimeCloseOptions): Promise<void> {
    const { grace: graceMs } = closeOptions.read("close", options);
    this.#opened.engine.refuse();
    this.#closing ??= this.#opened.closing.run(graceMs);
    return this.#closing;
  }

  /** Closes the runtime at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
