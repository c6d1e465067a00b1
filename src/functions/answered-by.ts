// The answers of a function class, as far as the compiler can see them: which value a handler returns to a message.

import type { Address } from "../model/address.js";
import type { Deferred } from "../model/deferred.js";
import type { TypedValue } from "../model/typed-value.js";
import type { FunctionClass } from "./handled-messages.js";

/**
 * The answer of a target to a message M: what the handler of the message returns. It is unknown when the target is named by a
 * type name or an address, and when the handler returns nothing, since a reply is not in its type.
 */
export type AnswerOf<T, M> = T extends FunctionClass<infer I> ? AnsweredBy<I, M> : unknown;

/** The answer of the handler whose message is exactly M; without such a handler, of each handler that takes M. */
type AnsweredBy<I, M> = [HandlerOf<I, M, true>] extends [never]
  ? Returned<I, HandlerOf<I, M, false>>
  : Returned<I, HandlerOf<I, M, true>>;

/** The names of the methods that handle M. */
type HandlerOf<I, M, Exact extends boolean> = {
  [K in keyof I]: I[K] extends (...args: infer A) => unknown
    ? Takes<FirstOf<A>, M, Exact> extends true
      ? K
      : never
    : never;
}[keyof I];

/** The message of a method that could be a handler or a workflow: its second parameter, if it has one, is a context. */
type FirstOf<A extends readonly unknown[]> = A extends readonly [infer M]
  ? M
  : A extends readonly [infer M, (infer C)?]
    ? [C] extends [{ readonly address: Address } | undefined]
      ? M
      : never
    : never;

/** Whether a method with the first parameter P takes the message M, as it is or packed. */
type Takes<P, M, Exact> = [P] extends [never]
  ? false
  : unknown extends P
    ? false
    : [Unpacked<M>] extends [P]
      ? Exact extends true
        ? [P] extends [Unpacked<M>]
          ? true
          : false
        : true
      : false;

type Unpacked<M> = M extends TypedValue<infer V> ? V : M;

type Returned<I, K extends keyof I> = [K] extends [never] ? unknown : Values<I[K]>;

type Values<F> = F extends (...args: any[]) => infer R
  ? [Exclude<Awaited<R>, undefined | void>] extends [never]
    ? unknown
    : Value<Awaited<R>>
  : never;

/** A returned value as its caller gets it. A deferred reply is the answer that it promises. */
type Value<R> =
  R extends Deferred<infer T> ? T : R extends TypedValue<infer V> ? V : R extends undefined | void ? undefined : R;
