// The types of a call whose answer goes to another method of the class.

import type { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";
import type { MetadataInput } from "../model/metadata.js";
import type { TerminalError } from "../model/terminal-error.js";

/** Options of `context.call`. */
export interface CallOptions<F = any, A = unknown> {
  /** The name of the method with `@Continuation()` that gets the answer. */
  readonly then: ContinuationOf<F, A>;
  /**
   * The name of the method with `@Continuation()` that gets the failure, a TerminalError. Defaults to none: the failure is logged,
   * and nothing else happens.
   */
  readonly failed?: ContinuationOf<F, TerminalError>;
  /** How long the answer is waited for. The call then fails with ANSWER_TIMEOUT. Defaults to no limit. */
  readonly timeout?: Duration;
  /** The metadata of the message. Defaults to that of a packed value, and otherwise to none. */
  readonly metadata?: MetadataInput;
}

/**
 * The names of the methods of F that can take an answer A, as their first parameter. Any name when F is not known. A class that has
 * no such method gets a type that names A.
 */
export type ContinuationOf<F, A> = 0 extends 1 & F
  ? string
  : [NameOf<F, A>] extends [never]
    ? NoContinuation<A>
    : NameOf<F, A>;

type NameOf<F, A> = {
  [K in keyof F]: F[K] extends (...args: infer P) => unknown ? (CanTake<P, A> extends true ? K : never) : never;
}[keyof F] &
  string;

/** Whether a method with the parameters P takes A first, and then nothing but a context. */
type CanTake<P extends readonly unknown[], A> = P extends readonly []
  ? true
  : P extends readonly [infer M] | readonly [infer M, (infer _)?] | readonly [(infer M)?, (infer _)?]
    ? [P[1]] extends [{ readonly address: Address } | undefined]
      ? Fits<A, M>
      : false
    : false;

/** Whether an answer A may be given to a parameter M. Nothing is known of an unknown answer, so it fits. */
type Fits<A, M> = unknown extends A ? true : [A] extends [M] ? true : false;

/** Never satisfied: shows the type of the answer in the compiler's message. */
interface NoContinuation<A> {
  readonly "no public method of the class takes this answer": A;
}
