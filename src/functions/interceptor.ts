// What an interceptor is: code of the application that stands round every message of its functions.

import type { Address } from "../model/address.js";
import type { Metadata, MetadataInput } from "../model/metadata.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Context } from "./context.js";

/**
 * What a message is to its function:
 *
 * - "message": a message for one of the function's handlers.
 * - "workflow": a message, or the answer to a call, that begins a run or lets a run go on.
 * - "continuation": the answer to `context.call`, for a method with `@Continuation()`.
 * - "timer": a message that the function has sent itself, because a run or a call waits for a time.
 * - "cancellation": a request to cancel a run.
 *
 * The messages of a "timer" and of a "cancellation" belong to this package, and hold no value of the application.
 */
export type InvocationKind = "message" | "workflow" | "continuation" | "timer" | "cancellation";

/** A message that a handler sends, as it leaves. */
export interface SentMessage {
  /** The function that gets the message, or the address of a client that waits; undefined for a record to an egress. */
  readonly target: Address | undefined;
  /** The egress that gets the record; undefined for a message to a function. */
  readonly egress: string | undefined;
  /** The packed message, with its metadata. */
  readonly message: TypedValue;
  /** After how many milliseconds the message is delivered; 0 for at once. */
  readonly delay: number;
}

/** A run of a workflow that a message begins, or lets go on. */
export interface InterceptedRun {
  readonly id: string;
  /** The metadata of the message that began the run. */
  readonly metadata: Metadata;
}

/** One try of a step of a workflow. */
export interface InterceptedStep {
  readonly run: InterceptedRun;
  readonly name: string;
  /** Which try of the step it is, counted from 1. */
  readonly attempt: number;
}

/** One message of a function, and what its handler may do, as an {@link Interceptor} sees it. */
export interface InterceptedInvocation {
  /** The address of the function instance. */
  readonly address: Address;
  /** The address of the message's sender; undefined when the message came from an ingress. */
  readonly caller: Address | undefined;
  /** Whether the caller, a client or a function, waits for the answer. */
  readonly callerWaits: boolean;
  /** The message, packed. */
  readonly message: TypedValue;
  /**
   * The message as its handler gets it: decoded when it is first asked for, and the same object as the handler's. The packed
   * message when the message belongs to a run, to a call, or to a catch-all. Throws MESSAGE_UNHANDLED when there is no handler,
   * and VALUE_UNREADABLE.
   */
  readonly value: unknown;
  /** The metadata of the message. */
  readonly metadata: Metadata;
  /** What the message is to its function. */
  readonly kind: InvocationKind;
  /** The handler's context: what an interceptor sends or writes with it belongs to the message as the handler's own does. */
  readonly context: Context;
  /**
   * Calls the listener with every message that is sent while this message is handled, answers and timers included. The pairs that
   * the listener returns are set in the metadata of the sent message, in place of pairs with the same names. A listener that
   * throws fails the send. Throws CONTEXT_CLOSED when the message has ended.
   */
  onSend(listener: SendListener): void;
  /** Calls the listener when the message begins a run of a workflow, or lets a run go on. Throws CONTEXT_CLOSED when the message has ended. */
  onRun(listener: (run: InterceptedRun) => void): void;
  /**
   * Lets an interceptor stand round every step of a workflow that is tried while this message is handled. Throws CONTEXT_CLOSED when
   * the message has ended.
   */
  onStep(interceptor: StepInterceptor): void;
  /**
   * Calls the listener once when the message has ended: with its failure, or with undefined when it succeeded. Failures that no
   * interceptor sees count too: an answer that can't be packed, a state that can't be kept, a handler that takes too long. What the
   * listener throws is logged. Throws CONTEXT_CLOSED when the message has ended.
   */
  onEnd(listener: EndListener): void;
}

/**
 * Stands round one try of a step. `work` does the step's work, and returns what that returns: a value or a promise. What the
 * interceptor returns is the result of the step.
 */
export type StepInterceptor = (step: InterceptedStep, work: () => unknown) => unknown;

/** Sees how a message has ended; see {@link InterceptedInvocation.onEnd}. */
export type EndListener = (failure: { readonly error: unknown } | undefined) => void;

/** Sees a message that is sent, and may return metadata for it; see {@link InterceptedInvocation.onSend}. */
export type SendListener = (sent: SentMessage) => MetadataInput | undefined | void;

/**
 * Stands round every message of every function of a {@link StatefulFunctions}. `next` calls the next interceptor, the last one the
 * handler, and returns what that returns: a value or a promise. What the interceptor returns is the result of the message. An
 * interceptor that does not call `next` answers in the handler's place; one that throws fails the message, for good with a
 * TerminalError.
 *
 * @example
 * ```ts
 * import { type Interceptor, StatefulFunctions } from "statefun-ts";
 *
 * const timing: Interceptor = async ({ address, message }, next) => {
 *   const begun = performance.now();
 *   try {
 *     return await next();
 *   } finally {
 *     console.log(`${address} took ${performance.now() - begun} ms for a ${message.typename}`);
 *   }
 * };
 *
 * const functions = new StatefulFunctions().use(timing);
 * ```
 */
export type Interceptor = (invocation: InterceptedInvocation, next: () => unknown) => unknown;
