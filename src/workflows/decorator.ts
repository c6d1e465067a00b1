// @Workflow, which makes a method a workflow. It fits both dialects, as @Handles does.

import { memberOf } from "../functions/dialects.js";
import { handledName } from "../functions/function-spec.js";
import { recordHandler } from "../functions/record-handler.js";
import type { WorkflowContext, WorkflowOptions } from "../functions/workflow-context.js";
import type { ValueOf } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import { workflowExtension } from "./extension.js";
import { workflowOptions } from "./workflow.js";

/** A decorator that fits a method whose first parameter takes an M, and whose second one is the context of a workflow. */
export interface WorkflowDecorator<M> {
  <F extends (message: M, flow: WorkflowContext<never>) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): void;
  <This, F extends (this: This, message: M, flow: WorkflowContext<never>) => unknown>(
    method: F,
    context: ClassMethodDecoratorContext<This, F>,
  ): void;
}

/**
 * Makes a method a workflow: a handler that may wait for other functions, for messages and for time, and that goes on where
 * it was after a crash. A message of the type begins a run; its caller is answered when the run ends. Throws
 * DECORATOR_MISPLACED, HANDLER_DUPLICATE, OPTION_INVALID and TYPE_UNKNOWN when the class is evaluated.
 *
 * @example
 * ```ts
 * import { StatefulFunction, State, Types, Workflow, type WorkflowContext } from "statefun-ts";
 *
 * @StatefulFunction("example/checkout")
 * class Checkout {
 *   @State("status", Types.string) status = "new";
 *
 *   @Workflow(Types.string)
 *   async place(order: string, flow: WorkflowContext) {
 *     const reserved = await flow.call("example/stock", order, order, { timeout: { minutes: 1 } });
 *     await flow.step("mark", () => {
 *       this.status = reserved ? "reserved" : "refused";
 *     });
 *     return this.status;
 *   }
 * }
 * ```
 */
export function Workflow<L extends TypeLike>(type: L, options?: WorkflowOptions): WorkflowDecorator<ValueOf<L>> {
  handledName(typeOf(type)); // throws when the argument is no type
  const read = workflowOptions.read("@Workflow", options);
  return (...decorated: readonly unknown[]) =>
    recordHandler([type], memberOf("@Workflow", decorated), {
      decorator: "@Workflow",
      extended: { extension: workflowExtension, options: read },
    });
}
