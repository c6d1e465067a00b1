// A workflow of a function: the method, the type that begins its runs, and its options.

import { defineOptions, oneOf, withDefault } from "../model/options.js";
import type { Type } from "../model/type.js";
import type { WorkflowContext } from "./workflow-context.js";

/**
 * What becomes of a message that would begin a run while another run of the workflow lives at the address. "queue": it waits
 * its turn. "parallel": its run begins too. "reject": it is refused with RUN_BUSY.
 */
export type RunConcurrency = "queue" | "parallel" | "reject";

/** Options of `@Workflow`. */
export interface WorkflowOptions {
  /** What becomes of a message while a run of the workflow lives at the address. Defaults to "queue". */
  readonly concurrency?: RunConcurrency;
}

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
