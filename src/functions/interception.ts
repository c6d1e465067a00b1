// Runs the interceptors of one message, and its handler behind them.

import { describe, errorOf, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { assertMetadataFits, Metadata } from "../model/metadata.js";
import { runHandler } from "../model/running-handler.js";
import type { TypedValue } from "../model/typed-value.js";
import { copyOfBytes } from "../types/bytes.js";
import type { Handler } from "./function-spec.js";
import type {
  EndListener,
  InterceptedInvocation,
  InterceptedRun,
  InterceptedStep,
  Interceptor,
  InvocationKind,
  SendListener,
  SentMessage,
  StepInterceptor,
} from "./interceptor.js";
import type { MessageContext, RunFollower } from "./message-context.js";
import { decoded } from "./message-handler.js";
import { isThenable } from "./thenable.js";

/** The parts of a batch that its interceptors need. */
export interface InterceptedBatch {
  readonly interceptors: readonly Interceptor[];
  /** The object that holds the states. */
  readonly instance: object;
  /** Whether the message may be delivered again from the same bytes, which the handler then gets as a copy. */
  readonly keepsMessages: boolean;
  /** Finds the handler of the message. Throws MESSAGE_UNHANDLED. */
  readonly find: () => Handler;
}

/** One message on its way through the interceptors. */
export class Interception implements InterceptedInvocation, RunFollower {
  readonly context: MessageContext;
  readonly #batch: InterceptedBatch;
  readonly #handler: Handler | undefined;
  /** Why there is no handler. */
  readonly #unhandled: unknown;
  #decoded: { readonly value: unknown } | undefined;
  #listeners: SendListener[] | undefined;
  readonly #runListeners: ((run: InterceptedRun) => void)[] = [];
  readonly #stepInterceptors: StepInterceptor[] = [];
  /** How many interceptors and handlers that `next` has called have not ended. */
  #pending = 0;

  constructor(context: MessageContext, batch: InterceptedBatch) {
    this.context = context;
    this.#batch = batch;
    try {
      this.#handler = batch.find();
      if (this.#handler.readOnly) context.forbidChanges();
    } catch (thrown) {
      // The interceptors see the failure when they call the handler.
      this.#unhandled = thrown;
    }
  }

  get address(): Address {
    return this.context.address;
  }

  get caller(): Address | undefined {
    return this.context.caller;
  }

  get callerWaits(): boolean {
    return this.context.callerWaits;
  }

  get message(): TypedValue {
    return this.context.invocation.argument;
  }

  get metadata(): Metadata {
    return this.context.metadata;
  }

  get kind(): InvocationKind {
    return this.#handler?.kind?.(this.#batch.instance, this.context) ?? "message";
  }

  get value(): unknown {
    if (this.#decoded === undefined) {
      const handler = this.#found();
      const own = this.#batch.keepsMessages && handler.sharesBytes ? this.message.own(copyOfBytes) : this.message;
      this.#decoded = { value: decoded(handler, own) };
    }
    return this.#decoded.value;
  }

  onSend(listener: SendListener): void {
    this.context.assertOpen();
    this.#listeners ??= [];
    this.#listeners.push(listener);
    this.context.scope.effects.onSend = this.#sent;
  }

  onRun(listener: (run: InterceptedRun) => void): void {
    this.context.assertOpen();
    this.#runListeners.push(listener);
    this.context.runs = this;
  }

  onStep(interceptor: StepInterceptor): void {
    this.context.assertOpen();
    this.#stepInterceptors.push(interceptor);
    this.context.runs = this;
  }

  onEnd(listener: EndListener): void {
    const { context } = this;
    context.assertOpen();
    const earlier = context.onEnded;
    context.onEnded = (failure) => {
      earlier?.(failure);
      try {
        listener(failure);
      } catch (thrown) {
        const line = `A listener of onEnd has failed for a message of ${this.address}: ${describe(thrown)}`;
        context.scope.warn(line, errorOf(thrown));
      }
    };
  }

  /** A run begins or goes on. */
  began(run: InterceptedRun): void {
    for (const listener of this.#runListeners) listener(run);
  }

  /** Does the work of a step behind the interceptors of steps, the one that was added first being the outermost one. */
  step(step: InterceptedStep, work: () => unknown): unknown {
    let behind = work;
    for (const interceptor of [...this.#stepInterceptors].reverse()) {
      const inner = behind;
      behind = () => interceptor(step, inner);
    }
    return behind();
  }

  /** Runs the interceptors and the handler. Returns a promise only when one of them does. */
  run(): unknown {
    const result = runHandler((self: Interception) => self.#from(0), this as Interception, undefined, this.context);
    return isThenable(result) ? this.#awaited(result) : this.#ended(result);
  }

  async #awaited(result: PromiseLike<unknown>): Promise<unknown> {
    return this.#ended(await result);
  }

  /** Throws INTERCEPTOR_INVALID: what a handler that still runs has done so far must not be kept. */
  #ended(result: unknown): unknown {
    if (this.#pending === 0) return result;
    throw new StatefunError(
      "INTERCEPTOR_INVALID",
      `An interceptor of ${this.address} has ended before what it called with next(). Return next(), or await it.`,
    );
  }

  #from(index: number): unknown {
    const interceptor = this.#batch.interceptors[index];
    if (interceptor === undefined) {
      return this.#found().call(this.#batch.instance, this.value, this.context);
    }
    let called = false;
    return interceptor(this, () => {
      if (called) {
        throw new StatefunError(
          "INTERCEPTOR_INVALID",
          `An interceptor of ${this.address} has called next() twice for one message. Call next() at most once; the runtime tries a message again by itself.`,
        );
      }
      called = true;
      // Without this check, an interceptor that calls late would run the handler within a later message.
      this.context.assertOpen();
      const result = this.#from(index + 1);
      if (isThenable(result)) this.#follow(result);
      return result;
    });
  }

  /** Follows a promise to its end. Its rejection then ends no process when an interceptor has not awaited it. */
  #follow(result: PromiseLike<unknown>): void {
    this.#pending += 1;
    const end = () => {
      this.#pending -= 1;
    };
    result.then(end, end);
  }

  #found(): Handler {
    if (this.#handler === undefined) throw this.#unhandled;
    return this.#handler;
  }

  /** Gives a message that is sent the metadata of the listeners. Throws METADATA_INVALID and METADATA_TOO_LARGE. */
  readonly #sent = (sent: SentMessage): TypedValue => {
    let { message } = sent;
    for (const listener of this.#listeners as SendListener[]) {
      const pairs = listener(message === sent.message ? sent : { ...sent, message });
      if (pairs === undefined) continue;
      const added = new Metadata(pairs);
      const kept = [...message.metadata].filter(([name]) => !added.has(name));
      const metadata = new Metadata([...kept, ...added]);
      assertMetadataFits(metadata, this.context.scope.limit.metadataBytes);
      message = message.withMetadata(metadata);
    }
    return message;
  };
}
