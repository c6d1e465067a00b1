// Bytes → bytes: decodes a request, runs its batch, encodes the batch's effects.

import { describe, describeValue, otherCopy, StatefunError } from "../errors.js";
import type { Duration } from "../model/duration.js";
import type { Generation, SideEffects } from "../model/invocation.js";
import { defaultLogger, type Logger, logFailure, loggerOption } from "../model/logger.js";
import { defaultMetadataBytes } from "../model/metadata.js";
import { defineOptions, oneOf, positiveInteger, timer, withDefault } from "../model/options.js";
import { decodeRequest } from "../wire/decode-request.js";
import { encodeIncompleteContext, encodeResponse } from "../wire/encode-response.js";
import { type BatchLimit, runBatch } from "./run-batch.js";
import { resolveState } from "./state.js";
import { StatefulFunctions } from "./stateful-functions.js";

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
  readonly #generation: Generation | undefined;
  readonly #callTimeoutMs: number | undefined;
  readonly #limited: "batch" | "message";
  readonly #metadataBytes: number;
  #inFlight = 0;
  #closing: { readonly done: Promise<void>; readonly finish: () => void } | undefined;

  /** Throws OPTION_INVALID and DURATION_INVALID. */
  constructor(functions: StatefulFunctions, options?: HandlerOptions);
  /**
   * `limited` says what callTimeout limits. An engine elsewhere limits a batch, so a handler's limit must be one for the
   * batch. The runtime limits each message: a batch may hold a thousand messages, and that they are many is no failure.
   * @internal
   */
  constructor(functions: StatefulFunctions, options: HandlerOptions, limited: "batch" | "message");
  constructor(functions: StatefulFunctions, options: HandlerOptions = {}, limited: "batch" | "message" = "batch") {
    const { generation, logger, callTimeout, maxMetadataBytes } = handlerOptions.read("The handler", options);
    if (!(functions instanceof StatefulFunctions)) {
      throw new StatefunError(
        "OPTION_INVALID",
        `The functions are ${describeValue(functions)}; they must be a StatefulFunctions. ${otherCopy}`,
      );
    }
    this.#callTimeoutMs = callTimeout;
    this.#limited = limited;
    this.#metadataBytes = maxMetadataBytes;
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
    const { stored, missing } = resolveState(spec, batch);
    if (missing.length > 0) return encodeIncompleteContext(missing);
    const limit: BatchLimit = {
      passed: false,
      messageEndedAt: Number.NEGATIVE_INFINITY,
      metadataBytes: this.#metadataBytes,
    };
    const effects = runBatch(spec, batch, stored, limit);
    if (!(effects instanceof Promise)) return encodeResponse(effects, batch.generation);
    const inTime = this.#callTimeoutMs === undefined ? effects : this.#inTime(effects, limit, String(batch.target));
    return inTime.then((settled) => encodeResponse(settled, batch.generation));
  }

  /** Gives a batch up when its time, or that of one of its messages, is over. What the batch does then has no effect. */
  #inTime(effects: Promise<SideEffects>, limit: BatchLimit, address: string): Promise<SideEffects> {
    const timeoutMs = this.#callTimeoutMs as number;
    return new Promise((resolve, reject) => {
      let pending: NodeJS.Timeout;
      const wait = (ms: number) => {
        pending = setTimeout(passed, Math.ceil(ms));
        // An open runtime keeps its process alive; one that is closed must not, for a handler that never ends.
        if (this.#limited === "message") pending.unref();
      };
      const passed = () => {
        const leftMs = this.#limited === "batch" ? 0 : limit.messageEndedAt + timeoutMs - performance.now();
        if (leftMs > 0) {
          wait(leftMs);
          return;
        }
        limit.passed = true;
        const what = this.#limited === "message" ? "a message" : "the call";
        const why = `${address}: ${what} took longer than ${timeoutMs} ms (callTimeout).`;
        reject(new StatefunError("CALL_TIMEOUT", why));
      };
      wait(timeoutMs);
      effects.then(resolve, reject).finally(() => clearTimeout(pending));
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
