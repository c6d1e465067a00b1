// @Continuation, which makes a method take the answers to calls of the class. It fits both dialects, as @Handles does.

import type { Context } from "../functions/context.js";
import type { MessageOf } from "../functions/decorator-types.js";
import { memberOf } from "../functions/dialects.js";
import { type AnswerOptions, type HandledType, handledName } from "../functions/function-spec.js";
import { recordHandler } from "../functions/record-handler.js";
import { workflowExtension } from "./extension.js";

/** A decorator that fits a method whose first parameter takes an A. */
export interface ContinuationDecorator<A> {
  <F extends (answer: A, context: Context) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): void;
  <This, F extends (this: This, answer: A, context: Context) => unknown>(
    method: F,
    context: ClassMethodDecoratorContext<This, F>,
  ): void;
}

/**
 * Lets a method take answers: `context.call` names it as `then` or as `failed`. The answer is read as one of these types.
 * `@Continuation()` reads it as the type of this process that has the answer's typename, and `@Continuation(TypedValue)` gives the
 * packed value. An answer without a value is undefined, and a failure is a TerminalError. Throws DECORATOR_MISPLACED and
 * TYPE_UNKNOWN when the class is evaluated.
 *
 * @example
 * ```ts
 * import { type Context, Continuation, Handles, StatefulFunction, type TerminalError, Types } from "statefun-ts";
 *
 * @StatefulFunction("example/order")
 * class Order {
 *   @Handles(Types.string)
 *   place(item: string, context: Context<Order>) {
 *     context.call("example/stock", item, Types.int.pack(1), { then: "reserved", failed: "soldOut" });
 *   }
 *
 *   @Continuation(Types.int)
 *   reserved(left: number) {
 *     console.log(`${left} are left`);
 *   }
 *
 *   @Continuation()
 *   soldOut(error: TerminalError) {
 *     console.log(error.message);
 *   }
 * }
 * ```
 */
export function Continuation(): ContinuationDecorator<any>;
/** Lets a method take answers of these types. */
export function Continuation<const L extends readonly [HandledType, ...HandledType[]]>(
  ...answers: L
): ContinuationDecorator<MessageOf<L>>;
export function Continuation(...answers: readonly HandledType[]): ContinuationDecorator<any> {
  for (const type of answers) handledName(type); // throws when the argument is no type
  const options: AnswerOptions = { answers };
  return (...decorated: readonly unknown[]) =>
    recordHandler([], memberOf("@Continuation", decorated), {
      decorator: "@Continuation",
      extended: { extension: workflowExtension, options },
    });
}
