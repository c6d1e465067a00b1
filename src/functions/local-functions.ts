// The functions of this process, as an engine in the same process calls them: with the model's objects, and without bytes.

import { StatefunError } from "../errors.js";
import type { FunctionPolicy } from "../model/function-policy.js";
import type { BatchAnswer, InvocationBatch, PartTaker } from "../model/invocation.js";
import type { Logger } from "../model/logger.js";
import { defaultMetadataBytes } from "../model/metadata.js";
import type { BatchHost } from "./batch-host.js";
import { endInTime } from "./call-limit.js";
import { refuseTerminal } from "./failure-policy.js";
import { type HostClock, hostClockOf, unrefClock } from "./host-clock.js";
import { findHandler } from "./message-handler.js";
import { BatchRun } from "./run-batch.js";
import type { RunObserver } from "./run-observer.js";
import { resolveState } from "./state.js";
import { assertFunctions, type StatefulFunctions } from "./stateful-functions.js";

export interface LocalOptions {
  /** How many milliseconds one message may take. Defaults to a minute. */
  readonly callTimeoutMs?: number;
  /** The most bytes that the metadata of a message which is sent may take. Defaults to 8 KiB. */
  readonly metadataBytes?: number;
  /** Where failures are logged that the engine does not log. Defaults to nowhere. */
  readonly logger?: Pick<Logger, "warn">;
  /** The engine's clock: the time that handlers see, and that limits are measured by. Defaults to the machine's clock. */
  readonly clock?: Pick<HostClock, "now" | "after"> | undefined;
  /** Sees what the runs of workflows ask for and get. Defaults to nobody. */
  readonly observer?: RunObserver;
}

export class LocalFunctions {
  readonly #functions: StatefulFunctions;
  readonly #callTimeoutMs: number;
  readonly #host: BatchHost;

  /** Throws OPTION_INVALID. */
  constructor(
    functions: StatefulFunctions,
    { callTimeoutMs = 60_000, metadataBytes = defaultMetadataBytes, logger, clock, observer }: LocalOptions = {},
  ) {
    assertFunctions(functions);
    this.#functions = functions;
    this.#callTimeoutMs = callTimeoutMs;
    this.#host = {
      policy: refuseTerminal,
      interceptors: functions.interceptors,
      warn: (line, error, { typeName, id }, fields) => logger?.warn(line, error, { function: typeName, id, ...fields }),
      keepsMessages: true,
      metadataBytes,
      clock: clock === undefined ? unrefClock : hostClockOf(clock),
      types: { find: (typename) => functions.findType(typename) },
      observer,
    };
  }

  get typeNames(): readonly string[] {
    return this.#functions.typeNames;
  }

  /** The options of the function, as far as the function says. */
  policy(typeName: string): FunctionPolicy | undefined {
    return this.#functions.get(typeName)?.policy;
  }

  /** Whether a message of a type only reads and answers; undefined when no handler of the function is read-only. */
  readOnly(typeName: string): ((typename: string) => boolean) | undefined {
    const spec = this.#functions.get(typeName);
    if (spec === undefined) return undefined;
    const handlers = [...spec.handlers.values(), spec.catchAll];
    if (!handlers.some((handler) => handler?.readOnly)) return undefined;
    return (typename) => findHandler(spec, "v3", typename)?.readOnly === true;
  }

  /**
   * Runs a batch, whose failures the engine logs. The taker gets parts while handlers are waited for, and the last part is in
   * the answer. Returns a promise only when the function makes one. `callTimeoutMs` is how long one message may take. Throws
   * FUNCTION_UNKNOWN, and never rejects.
   */
  run(
    batch: InvocationBatch,
    taker: PartTaker,
    callTimeoutMs = this.#callTimeoutMs,
  ): BatchAnswer | Promise<BatchAnswer> {
    const spec = this.#functions.find(batch.target);
    if (spec === undefined)
      throw new StatefunError("FUNCTION_UNKNOWN", `There is no function ${batch.target.typeName} in this process.`);
    const { stored, missing } = resolveState(spec, batch);
    if (missing.length > 0) return { missing };
    const run = new BatchRun(spec, batch, stored, this.#host, taker);
    const ended = run.run();
    if (!(ended instanceof Promise)) return ended;
    return endInTime(run, ended, { timeoutMs: callTimeoutMs, of: "message", clock: this.#host.clock }, taker);
  }
}
