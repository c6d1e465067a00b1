// The types of a typed client's messages and answers, derived from a function's class: plain fields, as JSON has them.

import type { Deferred } from "../model/deferred.js";
import type { TypedValue } from "../model/typed-value.js";
import type { ClientCallOptions, ClientSendOptions } from "./call-options.js";

/** A protobuf message. The classes that protobufjs generates have a toJSON. */
export interface Message {
  toJSON(): unknown;
}

/** A 64-bit number, as protobufjs has it. */
export interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

/** The properties of an object that JSON carries: no methods, no symbols, and no names with a $, which are protobufjs's own. */
export type DataKey<T> = {
  [K in keyof T]-?: K extends symbol | `$${string}`
    ? never
    : NonNullable<T[K]> extends (...args: any[]) => unknown
      ? never
      : K;
}[keyof T];

/** A value as a caller passes it. A protobuf message becomes its fields, each of which may be left out, at any depth. */
export type Input<T> = unknown extends T
  ? T
  : T extends TypedValue
    ? T
    : T extends string | number | boolean | bigint | null | undefined | Uint8Array
      ? T
      : T extends Long
        ? bigint | string
        : T extends readonly (infer E)[]
          ? readonly Input<E>[]
          : T extends Message
            ? { readonly [K in DataKey<T>]?: Input<T[K]> }
            : T extends object
              ? { readonly [K in keyof T as K extends DataKey<T> ? K : never]: Input<T[K]> }
              : T;

/**
 * A value as a caller gets it. Bytes become base64 text and the enums of a protobuf message their names. A 64-bit number
 * becomes text; outside a protobuf message it is a number up to 2^53.
 */
export type Output<T> = unknown extends T
  ? T
  : T extends TypedValue<infer V>
    ? Output<V>
    : T extends bigint
      ? number | string
      : T extends Uint8Array | Long
        ? string
        : T extends string | number | boolean | null | undefined
          ? T
          : T extends readonly (infer E)[]
            ? Output<E>[]
            : T extends Message
              ? { [K in keyof T as K extends DataKey<T> ? K : never]: FieldOutput<T[K]> }
              : T extends object
                ? { [K in keyof T as K extends DataKey<T> ? K : never]: Output<T[K]> }
                : T;

/** A field of a protobuf message. A type narrower than number is an enum. A 64-bit field has number | Long, and is text. */
type FieldOutput<T> = [Extract<T, Long>] extends [never]
  ? T extends number
    ? number extends T
      ? number
      : string
    : T extends readonly (infer E)[]
      ? FieldOutput<E>[]
      : Output<T>
  : string | Exclude<T, number | Long>;

/** The second parameter of a handler or a workflow, known by its members, since a client in a browser must not import the functions' side. */
interface ContextLike {
  readonly address: unknown;
  sendEgress(...args: any[]): unknown;
}

/** What a caller may pass for a handler's message M: plain fields or a packed value. A catch-all takes packed values only. */
type MessageFor<M> = M extends TypedValue ? M : Input<M> | TypedValue<M>;

/** The parameters of a method that may be a handler; never for any other member. */
export type ParametersOf<F> = F extends (...args: infer A) => unknown
  ? A extends readonly []
    ? [message?: unknown]
    : A extends readonly [infer M]
      ? [message: MessageFor<M>]
      : A extends readonly [infer M, (infer C)?]
        ? [C] extends [ContextLike | undefined]
          ? [message: MessageFor<M>]
          : never
        : never
  : never;

/** The answer of a handler. It is unknown when the handler returns nothing, since a reply is not in its type. */
type AnswerOf<F> = F extends (...args: any[]) => infer R
  ? [Exclude<Awaited<R>, undefined | void>] extends [never]
    ? unknown
    : Answered<Awaited<R>>
  : never;

/** A returned value as its caller gets it. A deferred reply is the answer that it promises. */
type Answered<R> = R extends Deferred<infer T> ? Output<T> : R extends undefined | void ? undefined : Output<R>;

/** Names that JavaScript itself looks up, when it awaits or prints an object or turns it into JSON. */
type Reserved = "then" | "toJSON" | "toString" | "valueOf" | "constructor";

/** The methods of a class that may be handlers. */
export type HandlerKey<F> = {
  [K in Exclude<keyof F, Reserved | symbol>]: [ParametersOf<F[K]>] extends [never] ? never : K;
}[Exclude<keyof F, Reserved | symbol>];

/** A function instance to call. Each handler takes its message as plain fields, and resolves to its answer as plain fields. */
export type Ref<F> = {
  readonly [K in HandlerKey<F>]: (
    ...args: [...ParametersOf<F[K]>, options?: ClientCallOptions]
  ) => Promise<AnswerOf<F[K]>>;
};

/** A function instance to send to. Each handler takes its message as plain fields, and resolves when the message is on disk. */
export type Sender<F> = {
  readonly [K in HandlerKey<F>]: (...args: [...ParametersOf<F[K]>, options?: ClientSendOptions]) => Promise<void>;
};
