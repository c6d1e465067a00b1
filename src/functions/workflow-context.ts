// The context of a workflow as its method sees it: every operation that is remembered. src/workflows/flow.ts implements it.

import type { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";
import type { Metadata, MetadataInput } from "../model/metadata.js";
import type { Receiving } from "../model/receiving.js";
import type { TypedValue, ValueOf } from "../model/typed-value.js";
import type { TypeLike } from "../types/protobuf.js";
import type { Sendable } from "../types/sendable.js";
import type { AnswerOf } from "./answered-by.js";
import type { Answer, Checked, Context, MessageTo, SendAfterOptions, SendOptions } from "./context.js";
import type { FunctionClass } from "./handled-messages.js";

/**
 * What becomes of a message that would begin a run while another run of the workflow lives at the address. "queue": it waits
 * its turn. "parallel": its run begins too. "reject": it is refused with RUN_BUSY.
 */
export type RunConcurrency = "queue" | "parallel" | "reject";

/** Options of a workflow. */
export interface WorkflowOptions {
  /** What becomes of a message while a run of the workflow lives at the address. Defaults to "queue". */
  readonly concurrency?: RunConcurrency;
}

/** Options of `flow.step`. */
export interface StepOptions {
  /** How often the step is tried in all. Defaults to 5. */
  readonly attempts?: number;
  /** The wait before the second try; each further wait is twice as long. Defaults to 1 second. */
  readonly firstDelay?: Duration;
  /** The longest wait before a try. Defaults to 1 minute. */
  readonly longestDelay?: Duration;
  /**
   * The type of the step's result. Defaults to the type that the result says: a protobuf message, a packed value, text, a number
   * or plain JSON.
   */
  readonly type?: TypeLike;
}

/** Options of `flow.call`. */
export interface FlowCallOptions {
  /** How long the answer is waited for. The call then fails with ANSWER_TIMEOUT. Defaults to no limit. */
  readonly timeout?: Duration;
  /** The name of the call in the run. Defaults to a name made of the address, the message's type and how many there were. */
  readonly name?: string;
  /** The type of the answer, when nothing of this process names the type. Defaults to the type with the answer's typename. */
  readonly answer?: TypeLike;
  /** The metadata of the message. Defaults to none. */
  readonly metadata?: MetadataInput;
}

/** Options of `flow.receive`. */
export interface ReceiveOptions<M> {
  /** How long the message is waited for; the result is undefined then. Defaults to no limit. */
  readonly timeout?: Duration;
  /** Chooses among the messages of the type. What it leaves stays for another `receive`. Defaults to every message. */
  readonly where?: (message: M) => boolean;
  /** The name of the operation in the run. Defaults to a name made of the type and how many there were. */
  readonly name?: string;
}

/** Options of `flow.sleep` and `flow.sleepUntil`. */
export interface SleepOptions {
  /** The name of the operation in the run. Defaults to a name made of how many there were. */
  readonly name?: string;
}

/**
 * What a step can do besides its own work. It ends with the step. What a try that fails has sent is not sent.
 */
export interface StepContext
  extends Pick<
    Context,
    "address" | "now" | "state" | "send" | "sendAfter" | "sendAt" | "cancelDelayedMessage" | "sendEgress"
  > {
  /** Which try of the step this is, from 1 on. */
  readonly attempt: number;
  /** The same text for each try of the step, and for no other step: a key for services that do a thing once per key. */
  readonly idempotencyKey: string;
}

/** What `flow.restart` returns: the run ends, and the next one begins. */
export class Restart {
  /** The message that begins the next run. */
  readonly input: unknown;

  /** @internal */
  constructor(input: unknown) {
    this.input = input;
  }
}

/** A value that a step has returned, as the workflow gets it. */
export type StepResult<R> = R extends TypedValue<infer V> ? V : R extends void ? undefined : R;

/** The messages that may be received: any, unless the workflow's method says which. */
type Receivable<L extends TypeLike, R> = [unknown] extends [R] ? unknown : [ValueOf<L>] extends [R] ? unknown : never;

/**
 * The context of a workflow. Each operation is remembered with its result, in one commit with the state of the function and
 * the messages that it sent. A run that goes on, after a wait or a crash, runs its method from the top; an operation that has
 * a result gets it at once. Received says which messages the workflow receives; any message may be sent to it without it.
 *
 * @example
 * ```ts
 * import { StatefulFunction, State, Types, Workflow, type WorkflowContext } from "statefun-ts";
 *
 * @StatefulFunction("example/trial")
 * class Trial {
 *   @State("status", Types.string) status = "running";
 *
 *   @Workflow(Types.string)
 *   async begin(user: string, flow: WorkflowContext<boolean>) {
 *     const paid = await flow.receive(Types.bool, { timeout: { days: 30 } });
 *     await flow.step("end", () => {
 *       this.status = paid ? "paid" : "over";
 *     });
 *     flow.send("example/mail", user, `Your trial is ${paid ? "paid" : "over"}.`);
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the property of the interface is for the compiler alone
export abstract class WorkflowContext<Received = any> {
  /** The address of this function instance. */
  abstract readonly address: Address;

  /** Names the run: 32 hexadecimal digits, the same each time the run goes through its code. */
  abstract readonly id: string;

  /** Who sent the message that began the run; undefined when it came from an ingress. */
  abstract readonly caller: Address | undefined;

  /** The metadata of the message that began the run. */
  abstract readonly metadata: Metadata;

  /** Aborted when the run is cancelled. */
  abstract readonly signal: AbortSignal;

  /**
   * Does a piece of work once and remembers its result: what the function's states become, what the step sends and what it
   * returns are kept together. A name stands for one step in a run. A try that fails is tried again later, and at last the step
   * fails with STEP_FAILED. A step that throws a TerminalError fails with it at once. The work may be done twice when the
   * process ends in the midst of it.
   */
  abstract step<T>(
    name: string,
    work: (step: StepContext) => T,
    options?: StepOptions,
  ): Promise<StepResult<Awaited<T>>>;

  /** Sends a message to the function at an address, and resolves to its answer. Fails as the other forms of `call` do. */
  abstract call<L extends TypeLike>(
    target: Address,
    message: Sendable,
    options: FlowCallOptions & { readonly answer: L },
  ): Promise<ValueOf<L>>;
  /** Does the same; the compiler does not know the answer's type. */
  abstract call(target: Address, message: Sendable, options?: FlowCallOptions): Promise<unknown>;
  /** Sends a message to an instance of a function, and resolves to its answer, which is of the type that an option says. */
  abstract call<T extends string | FunctionClass<object>, M extends MessageTo<T>, L extends TypeLike>(
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options: FlowCallOptions & { readonly answer: L },
  ): Promise<ValueOf<L>>;
  /**
   * Sends a message to an instance of a function, and resolves to the answer: what its handler returns or replies, at once or
   * later. Fails with the TerminalError of the callee, with ANSWER_TIMEOUT, RUN_CANCELLED, WORKFLOW_CALLS_ITSELF, TYPE_UNKNOWN
   * for an answer whose type nothing names, and the codes of `context.send`.
   */
  abstract call<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: FlowCallOptions,
  ): Promise<AnswerOf<T, M>>;

  /** Waits this long. Nothing of the run is in memory meanwhile. */
  abstract sleep(duration: Duration, options?: SleepOptions): Promise<void>;

  /** Waits until a date, or until a time in milliseconds since 1970. */
  abstract sleepUntil(date: Date | number, options?: SleepOptions): Promise<void>;

  /**
   * Waits for a message of this type that comes to the function and that no handler of it takes. A message that came while
   * the run lives, and that nobody has received, is taken at once. Undefined when the time is over.
   */
  abstract receive<L extends TypeLike>(
    type: L & Receivable<L, Received>,
    options: ReceiveOptions<ValueOf<L>> & { readonly timeout: Duration },
  ): Promise<ValueOf<L> | undefined>;
  /** Waits for a message of this type, without a limit of time. */
  abstract receive<L extends TypeLike>(
    type: L & Receivable<L, Received>,
    options?: ReceiveOptions<ValueOf<L>>,
  ): Promise<ValueOf<L>>;

  /** Sends a message once. Throws the codes of `context.send`. */
  abstract send(target: Address, message: Answer, options?: SendOptions): void;
  /** Sends a message once, to an instance of a function. Throws the codes of `context.send`. */
  abstract send<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: SendOptions,
  ): void;

  /** Sends a message once, after a delay. Throws the codes of `context.sendAfter`. */
  abstract sendAfter(delay: Duration, target: Address, message: Answer, options?: SendAfterOptions): void;
  /** Sends a message once, after a delay, to an instance of a function. Throws the codes of `context.sendAfter`. */
  abstract sendAfter<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    delay: Duration,
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: SendAfterOptions,
  ): void;

  /** Sends a message once, at a date, or at a time in milliseconds since 1970. Throws the codes of `context.sendAt`. */
  abstract sendAt(date: Date | number, target: Address, message: Answer, options?: SendAfterOptions): void;
  /** Sends a message once, at a date, to an instance of a function. Throws the codes of `context.sendAt`. */
  abstract sendAt<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    date: Date | number,
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: SendAfterOptions,
  ): void;

  /** Sends a record to an egress once. Throws the codes of `context.sendEgress`. */
  abstract sendEgress(egress: string, message: Sendable, options?: SendOptions): void;

  /** The time of the last result that the run got, in milliseconds since 1970; before the first one, when the run began. */
  abstract now(): number;

  /** A number from 0 up to but not including 1, the same each time the run goes through its code. */
  abstract random(): number;

  /** A UUID, the same each time the run goes through its code. */
  abstract uuid(): string;

  /**
   * What a method returns to end the run and to begin the next one with this message, without the operations of this one. The
   * caller of the run is answered by the last one. The message is of the type that the workflow takes.
   */
  abstract restart(input: unknown): Restart;
}

// The compiler sees in the context which messages the workflow receives. No such property is there.
export interface WorkflowContext<Received = any> extends Receiving<Received> {}
