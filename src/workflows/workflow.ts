// A workflow of a function: the method, the type that begins its runs, and its options.

import type { RunConcurrency, WorkflowContext, WorkflowOptions } from "../functions/workflow-context.js";
import { defineOptions, oneOf, withDefault } from "../model/options.js";
import type { Type } from "../model/type.js";

export const workflowOptions = defineOptions<WorkflowOptions>()({
  concurrency: withDefault(oneOf("queue", "parallel", "reject"), "queue"),
});

/** A workflow of a function that is bound. */
export interface Workflow {
  readonly type: Type<any>;
  readonly concurrency: RunConcurrency;
  /** Calls the method. */
  call(instance: object, input: unknown, flow: WorkflowContext): unknown;
}
