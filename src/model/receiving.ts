// The messages that a workflow receives while it runs, as far as the compiler can see them.

declare const received: unique symbol;

/** The second parameter of a workflow's method, for the compiler alone: it says which messages the workflow receives. */
export interface Receiving<R> {
  /** There is no such property. */
  readonly [received]: R;
}
