// Bytes → bytes: decodes a request, runs its batch, encodes the batch's effects.
//
// An engine of this package offers to read how far a batch came, and which messages were refused. Without that offer, as from
// Flink, a batch that stops at a message fails as a whole, unless its function keeps failed messages by itself.

import { describe, oneLine, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { none } from "../model/append.js";
import type { Duration } from "../model/duration.js";
import { LastingFailure } from "../model/failure.js";
import type { BatchOutcome, Generation, InvocationBatch } from "../model/invocation.js";
import { madeTypes } from "../model/known-types.js";
import { defaultLogger, type LogFields, type Logger, logFailure, loggerOption } from "../model/logger.js";
import { defaultMetadataBytes } from "../model/metadata.js";
import { defineOptions, oneOf, positiveInteger, timer, withDefault } from "../model/options.js";
import { wellFormed } from "../model/text.js";
import type { TypeFinder } from "../types/show-value.js";
import { decodeRequest } from "../wire/decode-request.js";
import { encodeIncompleteContext, encodeResponse } from "../wire/encode-response.js";
import type { BatchHost } from "./batch-host.js";
import { endInTime } from "./call-limit.js";
import { describeFunctions } from "./describe-functions.js";
import { FailedMessages, keepsFailedMessages, keptMessagesState } from "./failed-messages.js";
import { refuseTerminal } from "./failure-policy.js";
import type { FunctionSpec } from "./function-spec.js";
import { machineClock } from "./host-clock.js";
import { BatchRun } from "./run-batch.js";
import { type ResolvedState, resolveState } from "./state.js";
import { assertFunctions, type StatefulFunctions } from "./stateful-functions.js";

/** How a batch ended in which no message was due. */
const nothingRan: BatchOutcome = {
  part: { consumed: 0, effects: { mutations: none, messages: none, delayed: none, egresses: none }, ends: none },
  stopped: undefined,
};

/** Says that nothing sends the messages of schedules to functions that are served over HTTP. */
function warnOfSchedules(functions: StatefulFunctions, logger: Logger): void {
  const names = functions.typeNames
    .flatMap((typeName) => functions.get(typeName)?.schedules ?? [])
    .map(({ name }) => name);
  if (names.length === 0) return;
  const line = `No engine keeps the schedules of functions that it calls over HTTP, so nothing is sent for ${names.join(", ")}. Run the functions in a StatefunRuntime, or give its option schedules these schedules.`;
  logger.warn(oneLine(line), new Error(line));
}

/** Options of a {@link RequestReplyHandler}. */
export interface HandlerOptions {
  /** The generation of every request. Defaults to the generation that each request's bytes show. */
  readonly generation?: Generation;
  /** Takes one line for every failed call. Defaults to stderr. */
  readonly logger?: Logger;
  /**
   * The longest time for one batch, in milliseconds or units. A batch that takes longer fails with CALL_TIMEOUT, and
   * its context is closed. Code that never gives up control can't be interrupted. Defaults to no limit but the engine's
   * own.
   */
  readonly callTimeout?: Duration;
  /** The most bytes that the names and values of the metadata which a function gives a message may take. Defaults to 8 KiB. */
  readonly maxMetadataBytes?: number;
}

export const handlerOptions = defineOptions<HandlerOptions>()({
  generation: oneOf("v2", "v3"),
  logger: withDefault(loggerOption, defaultLogger),
  callTimeout: timer,
  maxMetadataBytes: withDefault(positiveInteger, defaultMetadataBytes),
});

/**
 * Serves functions to an engine, in any HTTP framework: takes the bytes of a request, and resolves to the bytes of the
 * answer.
 *
 * @example
 * ```ts
 * import { RequestReplyHandler } from "statefun-ts";
 * import { functions } from "./functions.js";
 *
 * const handler = new RequestReplyHandler(functions, { callTimeout: { seconds: 30 } });
 *
 * export const answer = (body: Uint8Array): Promise<Uint8Array> => handler.handle(body);
 * ```
 */
export class RequestReplyHandler {
  /** Where failures are logged. */
  readonly logger: Logger;
  readonly #functions: StatefulFunctions;
  readonly #types: TypeFinder;
  readonly #generation: Generation | undefined;
  readonly #callTimeoutMs: number | undefined;
  readonly #host: BatchHost;
  /** What {@link describe} said last, and how many types and functions there were. */
  #description: { readonly made: number; readonly functions: number; readonly text: string } | undefined;
  #inFlight = 0;
  #closing: { readonly done: Promise<void>; readonly finish: () => void } | undefined;

  /** Throws OPTION_INVALID and DURATION_INVALID. */
  constructor(functions: StatefulFunctions, options: HandlerOptions = {}) {
    const { generation, logger, callTimeout, maxMetadataBytes } = handlerOptions.read("The handler", options);
    assertFunctions(functions);
    this.#callTimeoutMs = callTimeout;
    this.#functions = functions;
    this.#types = { find: (typename) => functions.findType(typename) };
    this.#generation = generation;
    this.logger = logger;
    warnOfSchedules(functions, logger);
    const warn = (line: string, error: Error, address: Address, fields?: LogFields) =>
      logger.warn(oneLine(line), error, { ...fieldsOf(address), ...fields });
    this.#host = {
      policy: refuseTerminal,
      interceptors: functions.interceptors,
      warn,
      onRefused: warn,
      metadataBytes: maxMetadataBytes,
      clock: machineClock,
      types: this.#types,
    };
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
    try {
      const answer = this.answer(request);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  /**
   * Does what {@link handle} does, and returns a promise only when the function makes one: a promise costs more than a
   * small call.
   * @internal
   */
  answer(request: Uint8Array): Uint8Array | Promise<Uint8Array> {
    this.#inFlight += 1;
    let answer: Uint8Array | Promise<Uint8Array>;
    try {
      answer = this.#answer(request);
    } catch (thrown) {
      this.#done();
      throw this.#logged(thrown);
    }
    if (!(answer instanceof Promise)) {
      this.#done();
      return answer;
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

  /**
   * Describes the functions and their types as JSON, for a runtime that calls them.
   * @internal
   */
  describe(): string {
    const made = madeTypes();
    const { length } = this.#functions.typeNames;
    if (this.#description?.made !== made || this.#description.functions !== length) {
      this.#description = { made, functions: length, text: JSON.stringify(describeFunctions(this.#functions)) };
    }
    return this.#description.text;
  }

  /** Takes no new calls, and resolves when the calls in flight are answered. */
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

  #answer(request: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.#closing !== undefined) {
      throw new StatefunError("SHUTTING_DOWN", "This server is finishing its last calls. Send the request again.");
    }
    const batch = decodeRequest(request, this.#generation);
    const spec = this.#functions.find(batch.target);
    if (spec === undefined) {
      throw new StatefunError(
        "FUNCTION_UNKNOWN",
        `There is no function ${batch.target.typeName} here. Bind its class, or correct the module file.`,
      );
    }
    const keepsFailed = keepsFailedMessages(spec, batch);
    const { stored, missing } = resolveState(spec, batch, keepsFailed ? keptMessagesState : undefined);
    if (missing.length > 0) return encodeIncompleteContext(missing);
    if (keepsFailed) return this.#answerKeeping(spec, batch, stored);
    const ended = this.#run(spec, new BatchRun(spec, batch, stored, this.#host));
    if (!(ended instanceof Promise)) return this.#encode(batch, ended);
    return ended.then((outcome) => this.#encode(batch, outcome));
  }

  /** Answers a call of Flink whose failed messages do not fail it. */
  #answerKeeping(spec: FunctionSpec, received: InvocationBatch, stored: ResolvedState["stored"]) {
    const failed = new FailedMessages(spec, received, { logger: this.logger, types: this.#types });
    const { batch } = failed;
    const encode = (outcome: BatchOutcome) => encodeResponse(failed.finish(outcome), batch.generation);
    if (batch.invocations.length === 0) return encode(nothingRan);
    const ended = this.#run(spec, new BatchRun(spec, batch, stored, { ...this.#host, policy: failed.decide }));
    return ended instanceof Promise ? ended.then(encode) : encode(ended);
  }

  #run(spec: FunctionSpec, run: BatchRun): BatchOutcome | Promise<BatchOutcome> {
    const ended = run.run();
    const timeoutMs = spec.policy.callTimeoutMs ?? this.#callTimeoutMs;
    if (timeoutMs === undefined || !(ended instanceof Promise)) return ended;
    return endInTime(run, ended, { timeoutMs, of: "batch", clock: machineClock });
  }

  /** Throws the failure that stopped the batch, unless the engine reads how far the batch came. */
  #encode({ generation, partsOffered, target }: InvocationBatch, { part, stopped }: BatchOutcome): Uint8Array {
    if (stopped !== undefined) {
      if (!partsOffered) throw stopped;
      logFailure(this.logger, stopped, fieldsOf(target));
    }
    const { effects, consumed, ends } = part;
    if (!partsOffered) return encodeResponse(effects, generation);
    return encodeResponse(effects, generation, {
      consumed,
      ends,
      stopped: stopped && {
        code: stopped.code,
        message: wellFormed(stopped.message),
        lasting: stopped instanceof LastingFailure,
      },
    });
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
    logFailure(this.logger, error);
    return error;
  }
}

const fieldsOf = ({ typeName, id }: Address): LogFields => ({ function: typeName, id });
