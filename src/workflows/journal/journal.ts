// The journal of one address: its runs, the results that they have so far, and what waits for them. Plain values, which the
// engine's side reads too.

import type { Address } from "../../model/address.js";
import type { Failure } from "../../model/failure.js";
import type { Invocation } from "../../model/invocation.js";
import type { TypedValue } from "../../model/typed-value.js";

/** What an operation does. */
export type OperationKind = "step" | "call" | "sleep" | "receive" | "send" | "sendAfter" | "sendEgress";

/** One operation of a run. */
export interface Operation {
  /** Names the operation in its run: the code that runs again finds the operation by its key. */
  readonly key: string;
  readonly kind: OperationKind;
  /** When the run asked for the operation first, in milliseconds since 1970. */
  readonly requestedAt: number;
  /** The place of the result among the run's results, from 1 on; 0 while there is no result. */
  seq: number;
  /** When the result came, in milliseconds since 1970; 0 while there is none. */
  endedAt: number;
  /** The result, unless it has failed or has no value. */
  value: TypedValue | undefined;
  /** Why the operation has failed; of a step without a result, why its last try has failed. */
  error: Failure | undefined;
  /** How often a step was tried and has failed. */
  attempts: number;
  /** When the timer of the operation is due, in milliseconds since 1970; 0 without a timer. */
  dueAt: number;
  /** The address that was called or sent to. */
  readonly callee: Address | undefined;
  /** The typename of the message that a receive waits for. */
  readonly awaits: string | undefined;
}

/** A run of a workflow that has not ended. */
export interface Run {
  /** Names the run: a hash, so that a repeated first message gives the run the same name. */
  readonly id: string;
  /** Counts the runs of the address from 1 on, in the order in which their messages came. */
  readonly number: number;
  /** The typename of the message that began the run, which names the workflow. */
  readonly workflow: string;
  /** The message that began the run, with its metadata. */
  readonly input: TypedValue;
  /** Who is answered when the run ends; undefined when nobody waits. */
  readonly caller: Address | undefined;
  /** The token under which the caller waits for the answer; undefined when the caller gave none. */
  readonly callToken: string | undefined;
  readonly receivedAt: number;
  /** When the run began; 0 while it waits for its turn. */
  startedAt: number;
  /** When the run was cancelled; 0 when it was not. */
  cancelledAt: number;
  /** The place of the cancellation among the run's results. */
  cancelSeq: number;
  /** Why the run was cancelled, as far as somebody has said. */
  cancelReason: string;
  /** How many results there are. */
  lastSeq: number;
  /** In the order in which the run asked for them. The place of an operation in the list never changes. */
  readonly operations: Operation[];
}

/** How a run has ended. */
export type Outcome = "completed" | "failed" | "cancelled" | "restarted";

/** A run that has ended, without payloads. */
export interface EndedRun extends Pick<Run, "id" | "number" | "workflow" | "caller" | "receivedAt" | "startedAt"> {
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly error: Failure | undefined;
  /** How many operations the run had. */
  readonly operationCount: number;
  /** The first {@link mostEndedOperations} of them, without their values. */
  readonly operations: readonly Operation[];
}

/** A call of an ordinary handler, whose answer goes to another method. */
export interface PendingCall {
  /** The value of the metadata `statefun-call` of the request. */
  readonly token: string;
  readonly callee: Address;
  /** The method that gets the answer. */
  readonly then: string;
  /** The method that gets the failure; undefined when the caller named none. */
  readonly failed: string | undefined;
  readonly requestedAt: number;
  /** When the call's time is over; 0 when it has no limit. */
  readonly dueAt: number;
}

/** The journal of one address. Whoever changes it counts {@link revision} up. */
export interface Journal {
  /** Counts the changes since the journal was read, and is not kept: the journal is encoded again only after a change. */
  revision: number;
  /** How many runs the address has had. */
  runCount: number;
  /** How many calls of ordinary handlers the address has made. */
  callCount: number;
  /** The runs that live, in the order in which they began. */
  readonly runs: Run[];
  /** The runs that wait for their turn, the next one first. */
  readonly waiting: Run[];
  /** Messages that no run has received yet, the oldest first. */
  readonly unreceived: Invocation[];
  readonly calls: PendingCall[];
  /** The run that has ended last. */
  lastEnded: EndedRun | undefined;
}

/** How many operations of a run that has ended are kept. */
export const mostEndedOperations = 100;

/** The journal of an address that has had no run. */
export function newJournal(): Journal {
  return {
    revision: 0,
    runCount: 0,
    callCount: 0,
    runs: [],
    waiting: [],
    unreceived: [],
    calls: [],
    lastEnded: undefined,
  };
}

/** Whether an operation has no result yet. What is sent has none: nobody waits for it. */
export function isPending({ seq, kind }: Operation): boolean {
  return seq === 0 && kind !== "send" && kind !== "sendAfter" && kind !== "sendEgress";
}
