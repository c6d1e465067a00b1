// The types of what a test sees: values as handlers have them, but protobuf messages as plain objects.

import type { Deferred } from "../model/deferred.js";
import type { TypedValue } from "../model/typed-value.js";
import type { DataKey, HandlerKey, Input, Long, Message, ParametersOf } from "../refs/plain-types.js";
import type { RuntimeCallOptions } from "../runtime/requests.js";

/**
 * A value as a test sees it. A protobuf message is a plain object of all its fields, a 64-bit number in it is a bigint, and
 * a packed value is the value itself.
 */
export type Plain<T> = unknown extends T
  ? T
  : T extends TypedValue<infer V>
    ? Plain<V>
    : T extends Long
      ? bigint
      : T extends string | number | boolean | bigint | null | undefined | Uint8Array
        ? T
        : T extends readonly (infer E)[]
          ? Plain<E>[]
          : T extends Message
            ? { [K in keyof T as K extends DataKey<T> ? K : never]: Field<T[K]> }
            : T;

/** A field of a protobuf message. A 64-bit field has number | Long. */
type Field<T> = [Extract<T, Long>] extends [never] ? Plain<T> : bigint | Exclude<T, number | Long>;

/** The states of an instance of I by the names of their properties: the properties of the class that are no methods. */
export type StatesOf<I> = { [K in keyof I as K extends DataKey<I> ? K : never]: Plain<I[K]> };

/** States that a test sets, by the names of their properties: values as handlers have them, or the fields of protobuf messages. */
export type StatesInput<I> = { readonly [K in keyof I as K extends DataKey<I> ? K : never]?: I[K] | Input<I[K]> };

/** The answer of a handler. It is unknown when the handler returns nothing, since a reply is not in its type. */
type AnswerOf<F> = F extends (...args: any[]) => infer R
  ? [Exclude<Awaited<R>, undefined | void>] extends [never]
    ? unknown
    : Answered<Awaited<R>>
  : never;

type Answered<R> = R extends Deferred<infer T> ? Plain<T> : R extends undefined | void ? undefined : Plain<R>;

/** A function instance to call. Each handler takes its message as plain fields, and resolves to its answer as a plain value. */
export type TestRef<I> = {
  readonly [K in HandlerKey<I>]: (
    ...args: [...ParametersOf<I[K]>, options?: RuntimeCallOptions]
  ) => Promise<AnswerOf<I[K]>>;
};
