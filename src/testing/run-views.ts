// The runs of workflows as a test sees them: plain objects, which assertions compare and print well.

import type { Address } from "../model/address.js";
import type { TypedValue } from "../model/typed-value.js";
import { journalOf, runsOf } from "../runtime/runs/read-runs.js";
import type { RunDetails, RunError, RunOperation, RunStatus } from "../runtime/runs/run-info.js";
import { type FindType, plainOf } from "./plain.js";

/** A run of a workflow. */
export interface RunView {
  /** Names the run. */
  readonly run: string;
  /** The typename of the message that began the run. */
  readonly workflow: string;
  /** What goes on in the run, or how it has ended. */
  readonly status: RunStatus;
  /** The keys of the operations that the run waits for, for example "receive:shop/approval". */
  readonly waitsFor: readonly string[];
  /** What the run has done, in the order in which it asked for it. Of a run that has ended, the first 100, without values. */
  readonly operations: readonly OperationView[];
  /** Why the run has failed; missing when it has not. */
  readonly error?: RunError;
}

/** An operation of a run. */
export interface OperationView {
  /** Names the operation in its run, for example "step:charge". */
  readonly key: string;
  /** What has become of the operation. */
  readonly state: RunOperation["state"];
  /** The result as a plain value; missing when there is none. */
  readonly value?: unknown;
  /** Why the operation has failed, or why its last try has; missing without a failure. */
  readonly error?: RunError;
}

/** Shows the runs of a journal: those that live, those that wait for their turn, and the one that has ended last. */
export function runViews(address: Address, journal: TypedValue | undefined, find: FindType): RunView[] {
  return journal === undefined ? [] : runsOf(address, journalOf(address, journal)).map((run) => runView(run, find));
}

function runView({ run, workflow, status, waitsFor, operations, error }: RunDetails, find: FindType): RunView {
  const view = {
    run,
    workflow,
    status,
    waitsFor: waitsFor.map(({ key }) => key),
    operations: operations.map((operation) => operationView(operation, find)),
  };
  return error === undefined ? view : { ...view, error };
}

function operationView({ key, state, value, error }: RunOperation, find: FindType): OperationView {
  return {
    key,
    state,
    ...(value === undefined ? {} : { value: plainOf(value, find) }),
    ...(error === undefined ? {} : { error }),
  };
}

/** What the runs of an address wait for, in words for people. */
export function waitingText({ workflow, status, waitsFor }: RunView): string | undefined {
  if (status === "queued") return `a run of ${workflow} waits for its turn`;
  if (status === "waiting") return `a run of ${workflow} waits for ${waitsFor.join(", ")}`;
  return status === "running" ? `a run of ${workflow} goes on` : undefined;
}
