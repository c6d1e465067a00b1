// Bytes → bytes: decodes a request, runs its batch, encodes what it did.

import { describe, requestStatus, StatefunError } from "../errors.js";
import type { Generation, InvocationBatch, SideEffects } from "../model/invocation.js";
import { assertKnownOptions } from "../model/options.js";
import { decodeRequest } from "../wire/decode-request.js";
import { encodeIncompleteContext, encodeResponse } from "../wire/encode-response.js";
import { type BatchScope, Context } from "./context.js";
import type { FunctionSpec } from "./function-spec.js";
import { defaultLogger, type Logger } from "./logger.js";
import { BatchState, type ResolvedState, resolveState } from "./state.js";
import type { StatefulFunctions } from "./stateful-functions.js";

/** Options of a {@link RequestReplyHandler}. */
export interface HandlerOptions {
  /** Reads every request as this generation. Defaults to telling each request's generation from its bytes. */
  readonly generation?: Generation;
  /** Takes a line for every failed call. Defaults to stderr. */
  readonly logger?: Logger;
}

const handlerOptionNames = ["generation", "logger"];

/** Serves functions to an engine: takes a request's bytes, resolves to the answer's, in any HTTP framework. */
export class RequestReplyHandler {
  /** Where failures are told. */
  readonly logger: Logger;
  readonly #functions: StatefulFunctions;
  readonly #generation: Generation | undefined;
  #inFlight = 0;
  #closing: { readonly done: Promise<void>; readonly finish: () => void } | undefined;

  /** Throws OPTION_INVALID. */
  constructor(functions: StatefulFunctions, options: HandlerOptions = {}) {
    assertKnownOptions("The handler", options, handlerOptionNames);
    const { generation, logger = defaultLogger } = options;
    if (generation !== undefined && generation !== "v2" && generation !== "v3") {
      throw new StatefunError(
        "OPTION_INVALID",
        `generation is "${describe(generation)}"; it must be "v2" or "v3", or left out.`,
      );
    }
    this.#functions = functions;
    this.#generation = generation;
    this.logger = logger;
  }

  /** Whether {@link close} was called: a health check should then say no. */
  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Answers one request. Every failure is logged, then thrown: a bad request as REQUEST_MALFORMED or FUNCTION_UNKNOWN,
   * a call during {@link close} as SHUTTING_DOWN, anything else is the function's own failure.
   */
  handle(request: Uint8Array): Promise<Uint8Array> {
    this.#inFlight += 1;
    let answer: Uint8Array | Promise<Uint8Array>;
    try {
      answer = this.#answer(request);
    } catch (thrown) {
      this.#done();
      return Promise.reject(this.#logged(thrown));
    }
    if (!(answer instanceof Promise)) {
      this.#done();
      return Promise.resolve(answer);
    }
    return answer.then(
      (bytes) => {
        this.#done();
        return bytes;
      },
      (thrown) => {
        this.#done();
        throw this.#logged(thrown);
      },
    );
  }

  /** Takes no new calls, and resolves when those in flight are answered. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      let finish = () => {};
      const done = new Promise<void>((resolve) => {
        finish = resolve;
      });
      this.#closing = { done, finish };
      if (this.#inFlight === 0) finish();
    }
    return this.#closing.done;
  }

  /** Stays synchronous as long as the function does: a promise costs more than a small call. */
  #answer(request: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.#closing !== undefined) {
      throw new StatefunError("SHUTTING_DOWN", "This server is finishing its last calls. Send the request again.");
    }
    const batch = decodeRequest(request, this.#generation);
    const spec = this.#functions.get(batch.target.typeName);
    if (spec === undefined) {
      throw new StatefunError(
        "FUNCTION_UNKNOWN",
        `There is no function ${batch.target.typeName} here. Bind its class, or correct the module file.`,
      );
    }
    const { stored, missing } = resolveState(spec, batch);
    if (missing.length > 0) return encodeIncompleteContext(missing);
    const effects = runBatch(spec, batch, stored);
    return effects instanceof Promise
      ? effects.then((settled) => encodeResponse(settled, batch.generation))
      : encodeResponse(effects, batch.generation);
  }

  #done(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#closing?.finish();
  }

  #logged(thrown: unknown): StatefunError {
    const error =
      thrown instanceof StatefunError
        ? thrown
        : new StatefunError("HANDLER_FAILED", `A call failed: ${describe(thrown)}`, { cause: thrown });
    this.logger.error(`${error.code}: ${error.message}`, error);
    return error;
  }
}

/** Runs a batch's messages in order, on one instance. */
function runBatch(
  spec: FunctionSpec,
  batch: InvocationBatch,
  stored: ResolvedState["stored"],
): SideEffects | Promise<SideEffects> {
  const created = at(batch, () => spec.create());
  const run = (instance: object) => at(batch, () => new BatchRun(spec, batch, stored, instance)).run();
  if (!(created instanceof Promise)) return run(created);
  return created.then(run, failAt(batch));
}

/** Tells failures outside a handler by the address: a constructor's, a state's. */
function at<T>(batch: InvocationBatch, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    return failAt(batch)(thrown);
  }
}

const failAt = (batch: InvocationBatch) => (thrown: unknown) => {
  throw located(String(batch.target), thrown);
};

class BatchRun {
  readonly #spec: FunctionSpec;
  readonly #batch: InvocationBatch;
  readonly #instance: object;
  readonly #scope: BatchScope;

  constructor(spec: FunctionSpec, batch: InvocationBatch, stored: ResolvedState["stored"], instance: object) {
    this.#spec = spec;
    this.#batch = batch;
    this.#instance = instance;
    this.#scope = {
      address: batch.target,
      generation: batch.generation,
      state: new BatchState(spec, batch, stored, instance),
      effects: { mutations: [], messages: [], delayed: [], egresses: [] },
      pendingTokens: undefined,
    };
  }

  run(): SideEffects | Promise<SideEffects> {
    const count = this.#batch.invocations.length;
    for (let index = 0; index < count; index++) {
      const pending = this.#step(index);
      if (pending !== undefined) return this.#rest(pending, index + 1);
    }
    return this.#collect();
  }

  async #rest(pending: Promise<void>, from: number): Promise<SideEffects> {
    await pending;
    for (let index = from; index < this.#batch.invocations.length; index++) await this.#step(index);
    return this.#collect();
  }

  #step(index: number): void | Promise<void> {
    const batch = this.#batch;
    const call = () => invoke(this.#spec, batch, index, this.#scope, this.#instance);
    const restored = index === 0 ? undefined : at(batch, () => this.#scope.state.restoreDefaults());
    return restored === undefined ? call() : restored.then(call, failAt(batch));
  }

  #collect(): SideEffects {
    const { state, effects } = this.#scope;
    at(this.#batch, () => state.collect(effects.mutations));
    return effects;
  }
}

/** Hands one message to its handler; returns a promise only when the handler did. */
function invoke(
  spec: FunctionSpec,
  batch: InvocationBatch,
  index: number,
  scope: BatchScope,
  instance: object,
): void | Promise<void> {
  const { caller, argument } = batch.invocations[index] as InvocationBatch["invocations"][number];
  const context = new Context(scope, caller);
  const fail = (thrown: unknown) =>
    located(`${batch.target}, message ${index + 1} of ${batch.invocations.length} (${argument.typename})`, thrown);
  let result: unknown;
  try {
    const handler = spec.handlers.get(argument.typename) ?? spec.catchAll;
    if (handler === undefined) throw unhandled(spec, argument.typename);
    result = handler.call(instance, handler.decode(argument), context);
    if (!isThenable(result)) {
      context.close();
      return;
    }
  } catch (thrown) {
    context.close();
    throw fail(thrown);
  }
  return Promise.resolve(result as PromiseLike<unknown>).then(
    () => context.close(),
    (thrown) => {
      context.close();
      throw fail(thrown);
    },
  );
}

/**
 * Says where a failure happened, and keeps its code: unless that is one about requests, which a handler may have thrown
 * or met in a call of its own, and which must not pass for a fault of this request.
 */
function located(where: string, thrown: unknown): StatefunError {
  const kept = thrown instanceof StatefunError && requestStatus[thrown.code] === undefined;
  return new StatefunError(kept ? thrown.code : "HANDLER_FAILED", `${where}: ${describe(thrown)}`, { cause: thrown });
}

function unhandled(spec: FunctionSpec, typename: string): StatefunError {
  const handled = [...spec.handlers.keys()].join(", ");
  return new StatefunError(
    "MESSAGE_UNHANDLED",
    `${spec.typeName} has no handler for ${typename}; it handles ${handled}. Add @Handles for it, or a catch-all @Handles().`,
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
