// One batch: each message goes to its handler, in order. A message ends by itself: what came before it stays when it fails.

import { oneLine, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { append, none } from "../model/append.js";
import { failureAnswer, receivedMessage } from "../model/correlation.js";
import { failureOf } from "../model/failure.js";
import type {
  BatchOutcome,
  BatchPart,
  Generation,
  Invocation,
  InvocationBatch,
  PartTaker,
} from "../model/invocation.js";
import type { LogFields } from "../model/logger.js";
import { expectAwaits, runHandler } from "../model/running-handler.js";
import { isTerminalError } from "../model/terminal-error.js";
import type { TypedValue } from "../model/typed-value.js";
import { copyOfBytes } from "../types/bytes.js";
import type { TypeFinder } from "../types/show-value.js";
import { BatchEffects } from "./batch-effects.js";
import type { BatchHost, BatchLimit } from "./batch-host.js";
import type { FunctionSpec, Handler } from "./function-spec.js";
import { Interception } from "./interception.js";
import type { Interceptor } from "./interceptor.js";
import { located } from "./located.js";
import { type BatchScope, MessageContext, readOnlyError } from "./message-context.js";
import { decoded, handlerOf } from "./message-handler.js";
import { withPublishing } from "./published-messages.js";
import type { RunObserver } from "./run-observer.js";
import { BatchState, type ResolvedState } from "./state.js";
import { isThenable } from "./thenable.js";

const nothing: BatchPart = {
  consumed: 0,
  effects: { mutations: none, messages: none, delayed: none, egresses: none },
  ends: none,
};

/**
 * The run of one batch, on one instance. It makes no closure for a plain message: a closure costs more than the message's
 * other work.
 */
export class BatchRun implements BatchScope {
  readonly #spec: FunctionSpec;
  readonly #batch: InvocationBatch;
  readonly #stored: ResolvedState["stored"];
  readonly #host: BatchHost;
  readonly #interceptors: readonly Interceptor[];
  readonly limit: BatchLimit;
  readonly checks: PartTaker | undefined;
  readonly effects = new BatchEffects();
  #state: BatchState | undefined;
  /** The message whose turn it is. */
  #next = 0;
  /** How many messages have ended that no part holds yet. */
  #ended = 0;
  #ends: BatchPart["ends"] = none;
  /** Whether the last message that ended settles; see MessageEnd. */
  #settling = false;
  /** Whether a message has failed on the instance, or has left code behind that may still change the instance. */
  #spoiled = false;
  #stopped: StatefunError | undefined;
  /** The context of the message whose turn it is. */
  #context: MessageContext | undefined;
  /** The turn of the event loop in which a part is taken while the batch waits. */
  #partDue: NodeJS.Immediate | undefined;

  constructor(
    spec: FunctionSpec,
    batch: InvocationBatch,
    stored: ResolvedState["stored"],
    host: BatchHost,
    taker?: PartTaker,
  ) {
    this.#spec = spec;
    this.#batch = batch;
    this.#stored = stored;
    this.#host = host;
    this.#interceptors = withPublishing(host.interceptors);
    this.checks = taker;
    const { metadataBytes } = host;
    this.limit = { passed: false, messageEndedAt: Number.NEGATIVE_INFINITY, metadataBytes };
  }

  get address(): Address {
    return this.#batch.target;
  }

  get now(): number {
    return this.#host.clock.now();
  }

  get generation(): Generation {
    return this.#batch.generation;
  }

  get beginCall(): FunctionSpec["beginCall"] {
    return this.#spec.beginCall;
  }

  warn(line: string, error: Error, fields?: LogFields): void {
    this.#host.warn?.(oneLine(line), error, this.address, fields);
  }

  get observer(): RunObserver | undefined {
    return this.#host.observer;
  }

  get types(): TypeFinder {
    return this.#host.types;
  }

  get instance(): object {
    return this.state.instance;
  }

  get state(): BatchState {
    return this.#state as BatchState;
  }

  /** Runs the messages. Returns a promise only when the function makes one. Never throws, and never rejects. */
  run(): BatchOutcome | Promise<BatchOutcome> {
    let created: object | Promise<object>;
    try {
      created = this.#spec.create();
    } catch (thrown) {
      return this.#stopBefore(thrown);
    }
    if (!(created instanceof Promise)) return this.#runOn(created);
    return created.then(
      (instance) => this.#runOn(instance),
      (thrown) => this.#stopBefore(thrown),
    );
  }

  /**
   * Ends the batch while it waits for the message whose turn it is. What the handler of that message does from now on has no
   * effect.
   */
  giveUp(error: StatefunError): BatchOutcome {
    this.close();
    this.effects.undo();
    this.#stopped = error;
    this.#context?.onEnded?.({ error });
    return this.#outcome();
  }

  /** Ends every context of the batch, and begins no further message. */
  close(): void {
    this.limit.passed = true;
  }

  #runOn(instance: object): BatchOutcome | Promise<BatchOutcome> {
    try {
      this.#state = new BatchState(this.#spec, this.#batch, this.#stored, instance);
    } catch (thrown) {
      return this.#stopBefore(thrown);
    }
    while (this.#goesOn) {
      const pending = this.#step();
      if (pending !== undefined) return this.#rest(pending);
    }
    return this.#outcome();
  }

  async #rest(first: Promise<void>): Promise<BatchOutcome> {
    this.#takeLater();
    await first;
    while (this.#goesOn) {
      this.limit.messageEndedAt = this.#host.clock.steady();
      const pending = this.#step();
      if (pending === undefined) continue;
      this.#takeLater();
      await pending;
    }
    return this.#outcome();
  }

  get #goesOn(): boolean {
    if (this.#stopped !== undefined || this.#settling || this.limit.passed || this.checks?.over === true) return false;
    return this.#next < this.#batch.invocations.length;
  }

  /** Runs the message whose turn it is. */
  #step(): void | Promise<void> {
    if (this.#next === 0) return this.#invoke();
    let ready: void | Promise<void>;
    try {
      ready = this.#spoiled ? this.state.startAnew() : this.state.restoreDefaults();
    } catch (thrown) {
      this.#stopped = this.#located(thrown);
      return;
    }
    if (ready === undefined) {
      this.#spoiled = false;
      return this.#invoke();
    }
    return ready.then(
      () => {
        this.#spoiled = false;
        if (!this.limit.passed) return this.#invoke();
      },
      (thrown) => {
        this.#stopped ??= this.#located(thrown);
      },
    );
  }

  /** Calls the handler of the message; returns a promise only when the handler did. */
  #invoke(): void | Promise<void> {
    const message = this.#message;
    // An extension claims every answer.
    const invocation = receivedMessage(message, this.#spec.claim !== undefined);
    const { argument } = invocation;
    const context = new MessageContext(this, invocation);
    this.#context = context;
    let result: unknown;
    try {
      if (this.#interceptors.length > 0) result = this.#intercepted(context);
      else {
        const handler = this.#handlerOf(message, argument);
        if (handler.readOnly) context.forbidChanges();
        const own = this.#host.keepsMessages && handler.sharesBytes ? argument.own(copyOfBytes) : argument;
        result = runHandler(handler.call, this.state.instance, decoded(handler, own), context);
      }
      if (!isThenable(result)) {
        this.#succeed(context, result);
        return;
      }
    } catch (thrown) {
      this.#fail(context, thrown);
      return;
    }
    expectAwaits();
    return this.#settled(result, context);
  }

  /** Finds the handler of the message. Throws MESSAGE_UNHANDLED. */
  #handlerOf(message: Invocation, argument: TypedValue): Handler {
    return this.#spec.claim?.(this.#spec, message, this) ?? handlerOf(this.#spec, this.#batch.generation, argument);
  }

  /** Calls the interceptors, and the handler behind them. */
  #intercepted(context: MessageContext): unknown {
    const { keepsMessages = false } = this.#host;
    const message = this.#message;
    const find = () => this.#handlerOf(message, context.invocation.argument);
    return new Interception(context, {
      interceptors: this.#interceptors,
      keepsMessages,
      instance: this.instance,
      find,
    }).run();
  }

  async #settled(result: PromiseLike<unknown>, context: MessageContext): Promise<void> {
    try {
      this.#succeed(context, await result);
    } catch (thrown) {
      this.#fail(context, thrown);
    }
  }

  #succeed(context: MessageContext, returned: unknown): void {
    if (this.limit.passed) return;
    context.end(returned);
    const isLast = this.#next + 1 === this.#batch.invocations.length;
    if (context.readOnly) this.#assertUnchanged(isLast);
    else this.state.keep(isLast);
    const { deferred, left } = context;
    if (left !== undefined) this.#spoiled = true;
    const settles = left === "settling";
    if (deferred || settles) {
      const end = { index: this.#ended, ...(deferred ? { deferred } : {}), ...(settles ? { settles } : {}) };
      this.#ends = append(this.#ends, end);
      // The engine delivers the other messages again once this one is on disk.
      if (this.#batch.partsOffered) this.#settling = settles;
    }
    this.#end();
    context.onEnded?.(undefined);
  }

  #assertUnchanged(isLast: boolean): void {
    const name = this.state.changed(isLast);
    if (name !== undefined) throw readOnlyError(this.address, `changes the state "${name}"`);
  }

  #fail(context: MessageContext, thrown: unknown): void {
    if (this.limit.passed) return;
    context.close();
    this.effects.undo();
    this.#spoiled = true;
    const where = `${this.address}, message ${this.#next + 1} of ${this.#batch.invocations.length} (${this.#message.argument.typename})`;
    const error = isTerminalError(thrown) ? thrown : located(where, thrown);
    context.onEnded?.({ error: thrown });
    const failure = failureOf(error);
    const decision = this.#host.policy({ message: this.#message, failure, error });
    if (decision === "stop") {
      this.#stopped = error instanceof StatefunError ? error : located(where, thrown);
      return;
    }
    if (decision === "refuse") {
      this.#host.onRefused?.(`${where} is refused for good: ${failure.code}: ${failure.message}`, error, this.address);
      this.#ends = append(this.#ends, { index: this.#ended, failure });
      // An engine of this package, which is told of the failure, tells the caller.
      const answer = this.#batch.partsOffered ? undefined : failureAnswer(this.#message, failure);
      if (answer !== undefined) this.effects.addMessage(answer);
    }
    this.#end();
  }

  /** Ends the message: what was sent stays. */
  #end(): void {
    this.effects.keep();
    this.#context = undefined;
    this.#next += 1;
    this.#ended += 1;
  }

  get #message(): Invocation {
    return this.#batch.invocations[this.#next] as Invocation;
  }

  /**
   * Gives the engine what has ended, if the batch still waits at the end of this turn of the event loop. The effects of
   * handlers that only wait for each other then stay together.
   */
  #takeLater(): void {
    const taker = this.checks;
    if (taker === undefined || this.#ended === 0 || this.#partDue !== undefined) return;
    this.#partDue = setImmediate(() => {
      this.#partDue = undefined;
      if (!this.limit.passed && this.#packFailure() === undefined) taker.part(this.#takePart());
    });
  }

  #takePart(): BatchPart {
    const mutations = this.#state?.take() ?? none;
    const part = { consumed: this.#ended, effects: this.effects.take(mutations), ends: this.#ends };
    this.#ended = 0;
    this.#ends = none;
    return part;
  }

  #outcome(): BatchOutcome {
    if (this.#partDue !== undefined) clearImmediate(this.#partDue);
    const failure = this.#packFailure();
    if (failure !== undefined) return { part: nothing, stopped: failure };
    return { part: this.#takePart(), stopped: this.#stopped };
  }

  /** Packs the states. Returns the failure of a value that has grown too large: the messages then count as not run. */
  #packFailure(): StatefunError | undefined {
    try {
      this.#state?.pack();
    } catch (thrown) {
      return this.#located(thrown);
    }
  }

  /** Ends the batch before its first message. */
  #stopBefore(thrown: unknown): BatchOutcome {
    this.#stopped ??= this.#located(thrown);
    return this.#outcome();
  }

  /** Adds the address to a failure outside of a handler, such as a state's. */
  #located(thrown: unknown): StatefunError {
    return located(String(this.#batch.target), thrown);
  }
}
