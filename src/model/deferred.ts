// A reply that a handler has put off: the address that it goes to, and the type that it will have.

import type { Address } from "./address.js";

declare const promised: unique symbol;

/**
 * The address of a caller that is answered later, from `context.deferReply`. A handler that returns it says to the compiler
 * which type the answer will have.
 */
export type Deferred<T> = Address & {
  /** Holds the type for the compiler. There is no such property. */
  readonly [promised]?: T;
};
