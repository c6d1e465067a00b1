// One batch: its messages go to their handlers, in order, and what they did is collected.

import { describe, requestStatus, StatefunError } from "../errors.js";
import type { Generation, InvocationBatch, SideEffects } from "../model/invocation.js";
import { protobufName } from "../model/type.js";
import { type BatchScope, Context } from "./context.js";
import type { FunctionSpec } from "./function-spec.js";
import { BatchState, type ResolvedState } from "./state.js";

/** Whether a batch's time is over: it then begins no further message, and its contexts are closed. */
export interface BatchLimit {
  passed: boolean;
}

/**
 * Runs a batch's messages in order, on one instance; the promise is only there when the function makes one. What it
 * throws says where: the address, and for a handler's failure the message. A request's codes never come out of it.
 */
export function runBatch(
  spec: FunctionSpec,
  batch: InvocationBatch,
  stored: ResolvedState["stored"],
  limit: BatchLimit,
): SideEffects | Promise<SideEffects> {
  const created = at(batch, () => spec.create());
  const run = (instance: object) => at(batch, () => new BatchRun(spec, batch, stored, instance, limit)).run();
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

/** One batch on its way through its function. */
class BatchRun {
  readonly #spec: FunctionSpec;
  readonly #batch: InvocationBatch;
  readonly #instance: object;
  readonly #scope: BatchScope;

  constructor(
    spec: FunctionSpec,
    batch: InvocationBatch,
    stored: ResolvedState["stored"],
    instance: object,
    limit: BatchLimit,
  ) {
    this.#spec = spec;
    this.#batch = batch;
    this.#instance = instance;
    this.#scope = {
      address: batch.target,
      generation: batch.generation,
      state: new BatchState(spec, batch, stored, instance),
      effects: { mutations: [], messages: [], delayed: [], egresses: [] },
      pendingTokens: undefined,
      limit,
    };
  }

  run(): SideEffects | Promise<SideEffects> {
    const count = this.#batch.invocations.length;
    for (let index = 0; index < count && !this.#scope.limit.passed; index++) {
      const pending = this.#step(index);
      if (pending !== undefined) return this.#rest(pending, index + 1);
    }
    return this.#collect();
  }

  async #rest(pending: Promise<void>, from: number): Promise<SideEffects> {
    await pending;
    for (let index = from; index < this.#batch.invocations.length && !this.#scope.limit.passed; index++) {
      await this.#step(index);
    }
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
    const handler = findHandler(spec, batch.generation, argument.typename);
    if (handler === undefined) throw unhandled(spec, argument.typename);
    result = handler.call(instance, handler.decode(argument), context);
    if (!isThenable(result)) {
      context.end(result);
      return;
    }
  } catch (thrown) {
    context.close();
    throw fail(thrown);
  }
  const failed = (thrown: unknown) => {
    context.close();
    throw fail(thrown);
  };
  return Promise.resolve(result as PromiseLike<unknown>).then((returned) => {
    try {
      context.end(returned);
    } catch (thrown) {
      failed(thrown);
    }
  }, failed);
}

/** On v2 every message is an Any, so a type URL with another prefix names the same protobuf message. */
function findHandler({ handlers, catchAll }: FunctionSpec, generation: Generation, typename: string) {
  const handler = handlers.get(typename) ?? catchAll;
  return handler === undefined && generation === "v2" ? handlers.get(protobufName(typename)) : handler;
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
