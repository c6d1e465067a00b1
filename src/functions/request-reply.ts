// Bytes → bytes: decodes a request, runs its batch, encodes what it did.

import { describeCause, StatefunError } from "../errors.js";
import type { Generation, InvocationBatch, SideEffects } from "../model/invocation.js";
import { decodeRequest } from "../wire/decode-request.js";
import { encodeIncompleteContext, encodeResponse } from "../wire/encode-response.js";
import { type BatchScope, Context } from "./context.js";
import type { FunctionSpec } from "./function-spec.js";
import { defaultLogger, type Logger } from "./logger.js";
import { BatchState, missingStates } from "./state.js";
import type { StatefulFunctions } from "./stateful-functions.js";

/** Options of a {@link RequestReplyHandler}. */
export interface HandlerOptions {
  /** Reads every request as this generation. Defaults to telling each request's generation from its bytes. */
  readonly generation?: Generation;
  /** Takes a line for every failed call. Defaults to stderr. */
  readonly logger?: Logger;
}

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
    const { generation, logger = defaultLogger } = options;
    if (generation !== undefined && generation !== "v2" && generation !== "v3") {
      throw new StatefunError(
        "OPTION_INVALID",
        `generation is "${String(generation)}"; it must be "v2" or "v3", or left out.`,
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
  async handle(request: Uint8Array): Promise<Uint8Array> {
    this.#inFlight += 1;
    try {
      if (this.#closing !== undefined) {
        throw new StatefunError("SHUTTING_DOWN", "This server is finishing its last calls. Send the request again.");
      }
      return await this.#answer(request);
    } catch (thrown) {
      throw this.#logged(thrown);
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#closing?.finish();
    }
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

  async #answer(request: Uint8Array): Promise<Uint8Array> {
    const batch = decodeRequest(request, this.#generation);
    const spec = this.#functions.get(batch.target.typeName);
    if (spec === undefined) {
      throw new StatefunError(
        "FUNCTION_UNKNOWN",
        `There is no function ${batch.target.typeName} here. Bind its class, or correct the module file.`,
      );
    }
    const missing = missingStates(spec, batch);
    if (missing.length > 0) return encodeIncompleteContext(missing);
    return encodeResponse(await runBatch(spec, batch), batch.generation);
  }

  #logged(thrown: unknown): StatefunError {
    const error =
      thrown instanceof StatefunError
        ? thrown
        : new StatefunError("HANDLER_FAILED", `A call failed: ${describeCause(thrown)}`, { cause: thrown });
    this.logger.error(`${error.code}: ${error.message}`, error);
    return error;
  }
}

/** Runs a batch's messages in order, on one instance. */
async function runBatch(spec: FunctionSpec, batch: InvocationBatch): Promise<SideEffects> {
  const created = spec.create();
  const instance = created instanceof Promise ? await created : created;
  const state = new BatchState(spec, batch, instance);
  const effects: SideEffects = { mutations: [], messages: [], delayed: [], egresses: [] };
  const scope: BatchScope = {
    address: batch.target,
    generation: batch.generation,
    state,
    effects,
    pendingTokens: new Set(),
  };
  for (let index = 0; index < batch.invocations.length; index++) {
    if (index > 0) {
      const restored = state.restoreDefaults();
      if (restored !== undefined) await restored;
    }
    const invoked = invoke(spec, batch, index, scope, instance);
    if (invoked !== undefined) await invoked;
  }
  effects.mutations.push(...state.mutations());
  return effects;
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
  const fail = (thrown: unknown) => {
    const position = `${batch.target}, message ${index + 1} of ${batch.invocations.length} (${argument.typename})`;
    const code = thrown instanceof StatefunError ? thrown.code : "HANDLER_FAILED";
    return new StatefunError(code, `${position}: ${describeCause(thrown)}`, { cause: thrown });
  };
  let result: unknown;
  try {
    const handler = spec.handlers.get(argument.typename) ?? spec.catchAll;
    if (handler === undefined) throw unhandled(spec, argument.typename);
    result = handler.call(instance, handler.decode(argument), context);
  } catch (thrown) {
    context.close();
    throw fail(thrown);
  }
  if (!isThenable(result)) {
    context.close();
    return;
  }
  return Promise.resolve(result).then(
    () => context.close(),
    (thrown) => {
      context.close();
      throw fail(thrown);
    },
  );
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
