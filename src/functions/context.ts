// The context as handlers see it: the caller, the states by name, and every way to send. message-context.ts implements
// it.

import type { Address } from "../model/address.js";
import type { Deferred } from "../model/deferred.js";
import type { Duration } from "../model/duration.js";
import type { Metadata, MetadataInput } from "../model/metadata.js";
import type { TerminalError } from "../model/terminal-error.js";
import type { Sendable } from "../types/sendable.js";
import type { AnswerOf } from "./answered-by.js";
import type { CallOptions } from "./continuation-types.js";
import type { AcceptedBy, FunctionClass, NoOtherMessage } from "./handled-messages.js";
import type { StateAccess } from "./state-access.js";

/** The type of a message to a function class: any message that a handler of the class takes, as it is or packed. */
export type MessageFor<I> = AcceptedBy<I, Context>;

/** The type of a message to a target. A class shows its messages to the compiler, a type name does not. */
export type MessageTo<T> = T extends FunctionClass<infer I> ? MessageFor<I> : Sendable;

/** unknown, unless M is a message that the target does not handle, although it has the fields of a handled message. */
export type Checked<M, T> = T extends FunctionClass<infer I> ? NoOtherMessage<M, I, Context> : unknown;

/**
 * An answer: a message, or a TerminalError. The error fails the call of who waits, with its code, message, details and status, and
 * keeps what the handler that sends it has done.
 */
export type Answer = Sendable | TerminalError;

/** Options of `context.send`, `context.reply` and `context.sendEgress`. */
export interface SendOptions {
  /**
   * The metadata of the message. Defaults to the metadata that came with a packed value, when a catch-all passes the
   * value on, and otherwise to none.
   */
  readonly metadata?: MetadataInput;
}

/** Options of `context.sendAfter` and `context.sendAt`. */
export interface SendAfterOptions extends SendOptions {
  /** Names the message for `cancelDelayedMessage`; v3 only. Defaults to none. */
  readonly cancellationToken?: string;
}

/**
 * A handler's way to the outside, for one message. F is the class of the handler; only `call` has a use for it. The context ends when the handler has returned, or its promise has
 * settled. After that `address`, `caller`, `metadata` and `now` can still be read; everything else throws CONTEXT_CLOSED.
 *
 * @example
 * ```ts
 * import { type Context, Handles, StatefulFunction, Types } from "statefun-ts";
 * import { Count } from "./functions.js";
 *
 * @StatefulFunction("example/door")
 * class Door {
 *   @Handles(Types.string)
 *   enter(name: string, context: Context) {
 *     context.send(Count, name, Types.int.pack(1)); // to the Count with this name as its id
 *     if (context.caller !== undefined) context.reply(`Welcome, ${name}`);
 *   }
 * }
 * ```
 */
export abstract class Context<F = any> {
  /** The address of this function instance. */
  abstract readonly address: Address;

  /** The address of the message's sender; undefined when the message came from an ingress. */
  abstract readonly caller: Address | undefined;

  /** The metadata of the message. */
  abstract readonly metadata: Metadata;

  /**
   * The time, in milliseconds since 1970: that of the runtime's clock, which a test may move. On Flink, and for a function
   * that the runtime calls over HTTP, it is the time of the function's own machine.
   */
  abstract readonly now: number;

  /** The states by name. */
  abstract readonly state: StateAccess;

  /**
   * Sends a message to the function at an address, or a later answer to the address of a caller. A TerminalError fails the
   * call of a client that waits there. Throws the same codes as the other form of `send`.
   */
  abstract send(target: Address, message: Answer, options?: SendOptions): void;
  // The last overload is the one that most calls mean, because compilers show the last one's reason.
  /**
   * Sends a message to an instance of a function, which is named by its class or by its type name. A message is a
   * protobuf message or a value packed by its type; strings, booleans, bigints and Uint8Arrays pack themselves. Throws
   * TARGET_INVALID, TYPE_NAME_INVALID, FUNCTION_UNDECORATED, ID_MISSING, MESSAGE_MISSING, VALUE_UNTYPED, METADATA_INVALID,
   * METADATA_TOO_LARGE, OPTION_INVALID and CONTEXT_CLOSED.
   */
  abstract send<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: SendOptions,
  ): void;

  /**
   * Sends a message to the caller, which is the answer if the caller waits for one. A TerminalError is an answer too, which
   * keeps what the handler has changed and sent; thrown, it undoes that. Throws CALLER_MISSING when an ingress sent the message,
   * and the codes of `send`.
   */
  abstract reply(message: Answer, options?: SendOptions): void;

  /**
   * Says that the caller is answered later, and returns the address to answer. Keep the address in a state, and answer with
   * `context.send(address, …)` from any function. Without this call a client that waits is answered when the handler ends.
   * A handler that returns the address says to the compiler which type T the answer will have. Throws CALLER_MISSING when an
   * ingress sent the message, and CONTEXT_CLOSED.
   *
   * @example
   * ```ts
   * @StatefulFunction("example/approval")
   * class Approval {
   *   @State("client", Types.address) client?: Address;
   *
   *   @Handles(Types.string)
   *   ask(question: string, context: Context) {
   *     const client = context.deferReply<boolean>();
   *     this.client = client;
   *     context.send("example/people", "boss", question);
   *     return client;
   *   }
   *
   *   @Handles(Types.bool)
   *   decide(approved: boolean, context: Context) {
   *     if (this.client !== undefined) context.send(this.client, approved);
   *     this.client = undefined;
   *   }
   * }
   * ```
   */
  abstract deferReply<T = unknown>(): Deferred<T>;

  /** Calls the function at an address. Throws the same codes as the other form of `call`. */
  abstract call(target: Address, message: Sendable, options: CallOptions<F>): void;
  /**
   * Sends a message to an instance of a function, and hands the answer to another method of this class, whenever it comes: the
   * method that `then` names gets what the handler of the message returns or replies, and the method that `failed` names gets a
   * TerminalError when the message ends for good without an answer. Both methods are marked with `@Continuation()`. This handler
   * goes on at once, and other messages are handled meanwhile. The names and parameters of the methods are checked by the
   * compiler when the handler's parameter is a `Context` of its class, as in the example. Throws CONTINUATION_UNKNOWN,
   * CALLS_FULL, DURATION_INVALID, and the codes of `send`.
   *
   * @example
   * ```ts
   * import { type Context, Continuation, Handles, StatefulFunction, type TerminalError, Types } from "statefun-ts";
   *
   * @StatefulFunction("example/stock")
   * class Stock {
   *   @Handles(Types.int)
   *   reserve(pieces: number) {
   *     return pieces < 10;
   *   }
   * }
   *
   * @StatefulFunction("example/checkout")
   * class Checkout {
   *   @Handles(Types.string)
   *   buy(item: string, context: Context<Checkout>) {
   *     const options = { then: "reserved", failed: "lost", timeout: { seconds: 30 } } as const;
   *     context.call(Stock, item, Types.int.pack(1), options);
   *   }
   *
   *   @Continuation()
   *   reserved(enough: boolean, context: Context<Checkout>) {
   *     context.sendEgress("example/mails", enough ? "It is on its way." : "It is sold out.");
   *   }
   *
   *   @Continuation()
   *   lost(error: TerminalError) {
   *     console.log(error.code); // ANSWER_TIMEOUT after half a minute
   *   }
   * }
   * ```
   */
  abstract call<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options: CallOptions<F, AnswerOf<T, M>>,
  ): void;

  /** Sends a message to an address after a delay. Throws the same codes as the other form of `sendAfter`. */
  abstract sendAfter(delay: Duration, target: Address, message: Answer, options?: SendAfterOptions): void;
  /**
   * Sends a message after a delay, in milliseconds or units; the function goes on at once. A cancellation token lets
   * the message be withdrawn; the token must not be used again while its message is pending, by any function of the
   * same id. Throws DELAY_INVALID, DURATION_INVALID, TOKEN_INVALID, CANCELLATION_UNSUPPORTED (a token on v2), and
   * the codes of `send`.
   *
   * @example
   * ```ts
   * @StatefulFunction("example/watch")
   * class Watch {
   *   @Handles(Types.string)
   *   alive(_sign: string, context: Context) {
   *     const cancellationToken = "silence";
   *     context.cancelDelayedMessage(cancellationToken); // the message of the last sign
   *     context.sendAfter({ minutes: 5 }, "example/alarm", context.address.id, "silence", { cancellationToken });
   *   }
   * }
   * ```
   */
  abstract sendAfter<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    delay: Duration,
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: SendAfterOptions,
  ): void;

  /** Sends a message to an address at a date. Throws the same codes as the other form of `sendAt`. */
  abstract sendAt(date: Date | number, target: Address, message: Answer, options?: SendAfterOptions): void;
  /**
   * Sends a message at a date, or at a time in milliseconds since 1970 such as `context.now + 500`; the function goes on at
   * once. The message is delivered at that time or a little later, and at once when the time has passed. Throws DELAY_INVALID
   * for a date that is none, and the codes of `sendAfter`.
   *
   * @example
   * ```ts
   * @StatefulFunction("example/booking")
   * class Booking {
   *   @Handles(Types.string)
   *   book(day: string, context: Context) {
   *     context.sendAt(new Date(`${day}T08:00:00Z`), "example/mail", context.address.id, "Your trip begins today.");
   *   }
   * }
   * ```
   */
  abstract sendAt<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
    date: Date | number,
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: SendAfterOptions,
  ): void;

  /**
   * Withdraws the delayed message that was sent with this token, if it has not been delivered yet.
   * Throws TOKEN_INVALID, CANCELLATION_UNSUPPORTED (v2) and CONTEXT_CLOSED.
   */
  abstract cancelDelayedMessage(cancellationToken: string): void;

  /**
   * Sends a message out of the application, to an egress of the module file; kafkaRecord and kinesisRecord make the
   * messages for Kafka and Kinesis. Throws TYPE_NAME_INVALID, MESSAGE_MISSING, VALUE_UNTYPED, METADATA_INVALID,
   * METADATA_TOO_LARGE, OPTION_INVALID and CONTEXT_CLOSED.
   */
  abstract sendEgress(egress: string, message: Sendable, options?: SendOptions): void;
}
