// The messages that a function class takes, as far as the compiler can see them.

import type { TypenameOf } from "../model/named.js";
import type { Receiving } from "../model/receiving.js";
import type { TypedValue } from "../model/typed-value.js";
import type { ProtobufMessage, Sendable } from "../types/sendable.js";

/** A class with @StatefulFunction, as the target of a message. */
export type FunctionClass<I extends object> = abstract new (...args: any[]) => I;

/**
 * The messages of an instance's public methods that could be handlers: methods with the parameters (message) or
 * (message, context), where C is the type of the context. The method of a workflow has a context that says which messages the
 * workflow receives besides.
 */
type HandledBy<I, C> = {
  [K in keyof I]: I[K] extends (...args: infer A) => unknown ? FirstOfHandler<A, C> : never;
}[keyof I];

type FirstOfHandler<A extends readonly unknown[], C> = A extends readonly [infer M]
  ? M
  : A extends readonly [infer M, C]
    ? M
    : A extends readonly [infer M, context?: C]
      ? M
      : A extends readonly [infer M, Receiving<infer R>]
        ? M | R
        : never;

/** Whether handlers of the messages M take any type, or are not known. */
type TakesAll<M> = [M] extends [never] ? true : unknown extends M ? true : [TypedValue] extends [M] ? true : false;

/** The type of a message to an instance of I: a message that one of its handlers takes, as it is or packed. */
export type AcceptedBy<I, C> =
  TakesAll<HandledBy<I, C>> extends true ? Sendable : Unpacked<HandledBy<I, C>> | TypedValue<HandledBy<I, C>>;

/**
 * The messages that need no packing. A protobuf message whose type has a typename of its own must be packed, because its
 * class alone stands for another typename.
 */
type Unpacked<M> = M extends string | boolean | bigint | Uint8Array | ProtobufMessage
  ? string extends TypenameOf<M>
    ? M
    : never
  : never;

/**
 * unknown, unless X is a protobuf message with more fields than every handled message. To the compiler alone, such a
 * message fits wherever a message with fewer fields is asked for.
 */
export type NoOtherMessage<X, I, C> =
  TakesAll<HandledBy<I, C>> extends true
    ? unknown
    : [Other<X, HandledBy<I, C>>] extends [never]
      ? unknown
      : OtherMessage<X, HandledBy<I, C>>;

/** The members of the union X that are protobuf messages of another class than each message of H. */
type Other<X, H> = X extends ProtobufMessage ? ([SameFields<X, H>] extends [never] ? X : never) : never;

type SameFields<X, H> = H extends ProtobufMessage ? ([keyof X] extends [keyof H] ? H : never) : never;

/** Never satisfied: shows both types in the compiler's message. */
interface OtherMessage<X, H> {
  readonly "this message has more fields than the handled one, so it is of another type": { message: X; handled: H };
}
