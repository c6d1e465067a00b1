// What the compiler knows of messages: a class is only sent what its handlers take.

import type { TypedValue } from "../model/typed-value.js";
import type { Context } from "./context.js";

/** A class with @StatefulFunction, as the target of a message. */
export type FunctionClass<I extends object> = abstract new (...args: any[]) => I;

/** A value that says which type it has. A number or a plain object does not: pack it, as in Types.int.pack(5). */
export type Sendable = TypedValue | string | boolean | bigint | Uint8Array | object;

/** Options of a delayed message. */
export interface SendOptions {
  /** Names the message for `cancelDelayedMessage`; v3 only. Defaults to none. */
  readonly cancellationToken?: string;
}

/** What a function's instances can be sent: any of its handlers' messages, as it is or packed. */
export type MessageFor<I> = [HandledBy<I>] extends [never] ? Sendable : Accepts<HandledBy<I>>;

type Accepts<M> = unknown extends M ? Sendable : [TypedValue] extends [M] ? Sendable : Unpacked<M> | TypedValue<M>;

/** What needs no packing: the primitives that name their type, and protobuf messages, which all have a toJSON. */
type Unpacked<M> = M extends string | boolean | bigint | Uint8Array | { toJSON(): unknown } ? M : never;

/** The first parameters of the public methods that could be handlers: (message) or (message, context). */
type HandledBy<I> = { [K in keyof I]: I[K] extends (...args: infer A) => unknown ? FirstOfHandler<A> : never }[keyof I];

type FirstOfHandler<A extends readonly unknown[]> = A extends readonly [infer M]
  ? M
  : A extends readonly [infer M, Context]
    ? M
    : A extends readonly [infer M, context?: Context]
      ? M
      : never;
