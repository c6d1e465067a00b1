// What a typed client takes and gives, from a function's class: the fields of its messages, as JSON carries them.

import type { TypedValue } from "../model/typed-value.js";
import type { ClientCallOptions, ClientSendOptions } from "./client-options.js";

/** A protobuf message: a class that protobufjs generated has a toJSON. */
interface Message {
  toJSON(): unknown;
}

/** A 64-bit number of protobufjs. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

/** The names of an object's properties that hold data; those with a $ are protobufjs's own. */
type DataKey<T> = {
  [K in keyof T]-?: K extends `$${string}` ? never : NonNullable<T[K]> extends (...args: any[]) => unknown ? never : K;
}[keyof T];

/**
 * A value as a caller gives it: the fields of a message, each of which may be left out, also inside; anything else as it
 * is.
 */
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
 * A value as JSON gives it back: 64-bit numbers as text (alone, those that a number holds as a number), bytes as base64,
 * the enums of a message by name.
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

/** A number of a message that is narrower than a number is an enum. A 64-bit one may be a number or a Long: it is text. */
type FieldOutput<T> = [Extract<T, Long>] extends [never]
  ? T extends number
    ? number extends T
      ? number
      : string
    : T extends readonly (infer E)[]
      ? FieldOutput<E>[]
      : Output<T>
  : string | Exclude<T, number | Long>;

/** What a handler's second parameter is, told by what it has: the client knows nothing of the functions' side. */
interface ContextLike {
  readonly address: unknown;
  reply(...args: any[]): unknown;
  sendEgress(...args: any[]): unknown;
}

/** The message of a method that could be a handler, in a list; never for any other member. */
type MessageOf<F> = F extends (...args: infer A) => unknown
  ? A extends readonly []
    ? [message?: unknown]
    : A extends readonly [infer M]
      ? [message: Input<M> | TypedValue<M>]
      : A extends readonly [infer M, (infer C)?]
        ? [C] extends [ContextLike | undefined]
          ? [message: Input<M> | TypedValue<M>]
          : never
        : never
  : never;

/** What a handler answers a client with: nothing is known of it when it replies instead of returning. */
type AnswerOf<F> = F extends (...args: any[]) => infer R
  ? [Exclude<Awaited<R>, undefined | void>] extends [never]
    ? unknown
    : Output<Exclude<Awaited<R>, undefined | void>>
  : never;

/** Names that the language itself looks up, on what is awaited, shown or turned into JSON. */
type Reserved = "then" | "toJSON" | "toString" | "valueOf" | "constructor";

/** The methods of a function's class that could be handlers. */
type HandlerKey<F> = {
  [K in Exclude<keyof F, Reserved | symbol>]: [MessageOf<F[K]>] extends [never] ? never : K;
}[Exclude<keyof F, Reserved | symbol>];

/** A function to call: each of its handlers takes the fields of its message, and resolves to those of the answer. */
export type Ref<F> = {
  readonly [K in HandlerKey<F>]: (
    ...args: [...MessageOf<F[K]>, options?: ClientCallOptions]
  ) => Promise<AnswerOf<F[K]>>;
};

/** A function to send to: each of its handlers takes the fields of its message, and resolves when that is durable. */
export type Sender<F> = {
  readonly [K in HandlerKey<F>]: (...args: [...MessageOf<F[K]>, options?: ClientSendOptions]) => Promise<void>;
};
