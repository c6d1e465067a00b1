// The types of the decorators: each decorator fits both dialects and refuses a member of the wrong type.

import type { TypedValue, ValueOf } from "../model/typed-value.js";
import type { TypeLike } from "../types/protobuf.js";
import type { Context } from "./context.js";
import type { HandledType } from "./function-spec.js";

/** A decorator that fits a class in both dialects. */
export type StatefulFunctionDecorator = <C extends abstract new (...args: any[]) => object>(
  target: C,
  context?: ClassDecoratorContext<C>,
) => void;

/**
 * The type of the message that a handler of these types receives: their union, or a TypedValue when the list is empty.
 */
export type MessageOf<L extends readonly HandledType[]> = L extends readonly [] ? TypedValue : HandledValue<L[number]>;

type HandledValue<H> = H extends typeof TypedValue ? TypedValue : H extends TypeLike ? ValueOf<H> : never;

/** A decorator that fits a method whose first parameter takes an M. */
export interface HandlesDecorator<M> {
  <F extends (message: M, context: Context) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): void;
  <This, F extends (this: This, message: M, context: Context) => unknown>(
    method: F,
    context: ClassMethodDecoratorContext<This, F>,
  ): void;
}

/** A method that @Handles without parentheses fits: any. The parameter's type is read when the class is evaluated. */
export type InferredHandles = (message: any, context: Context) => unknown;

/** A decorator that fits a property that holds a V; undefined and null stand for a state that is not set. */
export interface StateDecorator<V> {
  <T extends object, K extends PropertyKey>(target: T, key: K & LegacyKey<T, K, V>, descriptor?: undefined): void;
  // One signature serves fields and accessors. It is the last one, because compilers show the last one's reason.
  <This, P>(
    value: undefined | ClassAccessorDecoratorTarget<This, P>,
    context: (ClassFieldDecoratorContext<This, P> | ClassAccessorDecoratorContext<This, P>) & Fits<P, V>,
  ): void;
}

/**
 * unknown when a property of type P can hold every value of type V and only those, else {@link Misfit}. A property may
 * narrow a primitive, as "open" | "closed" narrows string, or the buffer behind bytes; nothing then checks the stored
 * value.
 */
type Fits<P, V> = [NonNullable<P>] extends [V]
  ? V extends object
    ? [V] extends [P]
      ? unknown
      : V extends Uint8Array
        ? unknown
        : Misfit<P, V>
    : unknown
  : Misfit<P, V>;

/** Never satisfied: shows both types in the compiler's message. */
interface Misfit<P, V> {
  readonly "this property's type differs from its state's type": { property: P; state: V };
}

/** A legacy decorator can't see the type of a private property, so the property passes. */
type LegacyKey<T, K extends PropertyKey, V> = K extends keyof T ? Fits<T[K], V> : unknown;
