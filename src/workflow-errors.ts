// The part of the table of errors about workflows and continuations. Most of these codes are those of TerminalErrors.

import { code, type ErrorInfo, operation } from "./error-info.js";

export const workflowErrors = {
  STATE_CHANGED_OUTSIDE_STEP: code(
    "The code of a workflow has changed a state outside a step. The code runs again at each pass, so the change would come again.",
    'Change states in a step: `await flow.step("mark", () => { this.status = "paid"; })`.',
  ),
  OPERATION_DUPLICATE: code(
    "Two operations of one run have the same name.",
    "Give each operation of a run a name of its own. In a loop, put the count into the name.",
  ),
  FLOW_IN_STEP: code(
    "The work of a step has used the context of its workflow.",
    "Send with the context that the work gets, and put other operations before or after the step.",
  ),
  WORKFLOW_CALLS_ITSELF: code(
    "A run has called its own address with the message of its own workflow, which would wait until the run has ended.",
    'Call another id, return `flow.restart(input)`, or declare the workflow with `concurrency: "parallel"`.',
  ),
  WORKFLOW_UNKNOWN: code(
    "A run lives whose workflow the function does not have any more.",
    "Deploy the workflow again until its runs have ended, or cancel the run.",
  ),
  RUN_TOO_LARGE: code(
    "A run has 1,000 operations, or results of 1 MiB.",
    "Return `flow.restart(input)` before that, which goes on with a new run.",
  ),
  STEP_FAILED: operation(
    422,
    "A step of a workflow has failed at every try.",
    "Look at the last failure, which the message names; the workflow may catch the error.",
  ),
  CONTINUATION_UNKNOWN: code(
    "A call names a method for its answer or its failure that the function does not have.",
    "Put `@Continuation()` on the method, or add it to the option `continuations` of `register`. A method that a call waits for keeps its name until the call is answered.",
  ),
  CALLS_FULL: code(
    "Too many calls of one address wait for their answers: 1,000.",
    "Give the calls a timeout, or spread them over more ids.",
  ),
  RUN_CANCELLED: operation(
    409,
    "A run was cancelled.",
    "The operations for which it waited fail with this code. The workflow may catch the error, and undo what it has done.",
  ),
  RUN_BUSY: operation(
    409,
    'A run of the workflow lives, and the workflow is declared with `concurrency: "reject"`.',
    "Send the message again when the run has ended.",
  ),
  RUNS_FULL: operation(
    429,
    "Too much waits at one address: 1,000 runs or messages, or 1 MiB of them.",
    "Send the message again later, or spread the runs over more ids.",
  ),
} as const satisfies Readonly<Record<string, ErrorInfo>>;
