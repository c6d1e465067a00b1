// One batch: each message goes to its handler, in order, and the effects of all handlers are collected.

import { describe, errors, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { none } from "../model/append.js";
import type { Generation, InvocationBatch, SideEffects } from "../model/invocation.js";
import { runHandler } from "../model/running-handler.js";
import { protobufName } from "../model/type-url.js";
import type { FunctionSpec } from "./function-spec.js";
import { type BatchScope, MessageContext } from "./message-context.js";
import { BatchState, type ResolvedState } from "./state.js";
import { isThenable } from "./thenable.js";

/**
 * `passed` is set when a batch's time is over: the batch then begins no further message, and its contexts are closed.
 */
export interface BatchLimit {
  passed: boolean;
  /** When the last message ended that took more than a turn of the event loop; by performance.now(). */
  messageEndedAt: number;
  /** The most bytes that the metadata of a message which is sent may take. */
  readonly metadataBytes: number;
}

/**
 * Runs a batch's messages in order, on one instance. It returns a promise only when the function makes one. An error
 * says where it happened: at which address, and for a handler's failure at which message. A handler's error never has a
 * code that is about the request.
 */
export function runBatch(
  spec: FunctionSpec,
  batch: InvocationBatch,
  stored: ResolvedState["stored"],
  limit: BatchLimit,
): SideEffects | Promise<SideEffects> {
  let created: object | Promise<object>;
  try {
    created = spec.create();
  } catch (thrown) {
    throw located(String(batch.target), thrown);
  }
  if (!(created instanceof Promise)) return new BatchRun(spec, batch, stored, created, limit).run();
  return created.then(
    (instance) => new BatchRun(spec, batch, stored, instance, limit).run(),
    (thrown) => {
      throw located(String(batch.target), thrown);
    },
  );
}

/** The run of one batch. It makes no closure for a plain message: a closure costs more than the message's other work. */
class BatchRun implements BatchScope {
  readonly #spec: FunctionSpec;
  readonly #batch: InvocationBatch;
  readonly #instance: object;
  readonly state: BatchState;
  readonly effects: SideEffects = { mutations: none, messages: none, delayed: none, egresses: none };
  pendingTokens: Set<string> | undefined;
  readonly limit: BatchLimit;

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
    this.limit = limit;
    try {
      this.state = new BatchState(spec, batch, stored, instance);
    } catch (thrown) {
      throw this.#located(thrown);
    }
  }

  get address(): Address {
    return this.#batch.target;
  }

  get generation(): Generation {
    return this.#batch.generation;
  }

  run(): SideEffects | Promise<SideEffects> {
    const count = this.#batch.invocations.length;
    for (let index = 0; index < count && !this.limit.passed; index++) {
      const pending = this.#step(index);
      if (pending !== undefined) return this.#rest(pending, index + 1);
    }
    return this.#collect();
  }

  async #rest(pending: Promise<void>, from: number): Promise<SideEffects> {
    await pending;
    for (let index = from; index < this.#batch.invocations.length && !this.limit.passed; index++) {
      this.limit.messageEndedAt = performance.now();
      await this.#step(index);
    }
    return this.#collect();
  }

  #step(index: number): void | Promise<void> {
    if (index === 0) return this.#invoke(index);
    let restored: void | Promise<void>;
    try {
      restored = this.state.restoreDefaults();
    } catch (thrown) {
      throw this.#located(thrown);
    }
    if (restored === undefined) return this.#invoke(index);
    return restored.then(
      () => this.#invoke(index),
      (thrown) => {
        throw this.#located(thrown);
      },
    );
  }

  /** Calls the handler of one message; returns a promise only when the handler did. */
  #invoke(index: number): void | Promise<void> {
    const invocation = this.#batch.invocations[index] as InvocationBatch["invocations"][number];
    const { argument } = invocation;
    const { typename } = argument;
    const context = new MessageContext(this, invocation);
    let result: unknown;
    try {
      const handler = findHandler(this.#spec, this.#batch.generation, typename);
      if (handler === undefined) throw unhandled(this.#spec, typename);
      result = runHandler(handler.call, this.#instance, handler.decode(argument), context);
      if (!isThenable(result)) {
        context.end(result);
        return;
      }
    } catch (thrown) {
      throw this.#failed(context, index, thrown);
    }
    return this.#settled(result, context, index);
  }

  async #settled(result: PromiseLike<unknown>, context: MessageContext, index: number): Promise<void> {
    try {
      context.end(await result);
    } catch (thrown) {
      throw this.#failed(context, index, thrown);
    }
  }

  #collect(): SideEffects {
    try {
      this.effects.mutations = this.state.collect();
    } catch (thrown) {
      throw this.#located(thrown);
    }
    return this.effects;
  }

  /** Adds the address to a failure outside of a handler, such as a state's. */
  #located(thrown: unknown): StatefunError {
    return located(String(this.#batch.target), thrown);
  }

  #failed(context: MessageContext, index: number, thrown: unknown): StatefunError {
    context.close();
    const { target, invocations } = this.#batch;
    const { typename } = (invocations[index] as InvocationBatch["invocations"][number]).argument;
    return located(`${target}, message ${index + 1} of ${invocations.length} (${typename})`, thrown);
  }
}

/** On v2 every message is an Any, whose type URL may have any prefix: all of them name the same protobuf message. */
function findHandler({ handlers, catchAll }: FunctionSpec, generation: Generation, typename: string) {
  const handler = handlers.get(typename) ?? catchAll;
  return handler === undefined && generation === "v2" ? handlers.get(protobufName(typename)) : handler;
}

/**
 * Says where a failure happened. The failure keeps its code if the code is about the function or its arguments. Any other
 * code becomes HANDLER_FAILED. A handler may throw such a code when a call of its own has failed, and the code must not pass
 * for a fault of this request or of the engine.
 */
function located(where: string, thrown: unknown): StatefunError {
  const code = thrown instanceof StatefunError && isOfFunction(thrown) ? thrown.code : "HANDLER_FAILED";
  return new StatefunError(code, `${where}: ${describe(thrown)}`, { cause: thrown });
}

function isOfFunction({ code }: StatefunError): boolean {
  const { fault } = errors[code];
  return fault === "code" || fault === "argument";
}

function unhandled(spec: FunctionSpec, typename: string): StatefunError {
  const handled = [...spec.handlers.keys()].join(", ");
  return new StatefunError(
    "MESSAGE_UNHANDLED",
    `${spec.typeName} has no handler for ${typename}; it handles ${handled}. Add @Handles for it, or a catch-all @Handles().`,
  );
}
