// What people and programs see of the runs of workflows: which live, what they wait for, what they have done.

import type { Address } from "../../model/address.js";
import type { Duration } from "../../model/duration.js";
import type { Failure } from "../../model/failure.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { OperationKind, Outcome } from "../../workflows/journal/journal.js";

/**
 * What goes on in a run, or how it has ended. "running": it goes on at this moment, or as soon as its address has its turn.
 * "waiting": it waits for an answer, a message, a time, or the next try of a step. "queued": it has not begun, since a run before
 * has not ended. "restarted": it has ended by `flow.restart`, and another run went on in its place.
 */
export type RunStatus = "running" | "waiting" | "queued" | Outcome;

/** Why an operation or a run has failed. */
export type RunError = Pick<Failure, "code" | "message" | "details">;

/** Something that a run does once, and whose result it remembers. */
export interface RunOperation {
  /** Names the operation in its run, for example "step:charge". */
  readonly key: string;
  /** What it does. */
  readonly kind: OperationKind;
  /**
   * "waiting": for an answer or a message. "sleeping": until a time. "retrying": a try has failed, and there will be another one.
   * "sent": it was sent, and nothing is waited for.
   */
  readonly state: "waiting" | "sleeping" | "retrying" | "sent" | "done" | "failed";
  /** When the run asked for it first, in milliseconds since 1970. */
  readonly requestedAt: number;
  /** When its result came, in milliseconds since 1970; undefined while there is none. */
  readonly endedAt: number | undefined;
  /** When its wait ends at the latest, or its next try begins, in milliseconds since 1970; undefined when it waits without an end. */
  readonly until: number | undefined;
  /** How many of its tries have failed. */
  readonly attempts: number;
  /** The address that it has called or sent to; undefined for anything else. */
  readonly target: Address | undefined;
  /** The result; undefined without one, and for a run that has ended. */
  readonly value: TypedValue | undefined;
  /** Why it has failed, or why its last try has; undefined without a failure. */
  readonly error: RunError | undefined;
}

/** A run in a list. */
export interface RunInfo {
  /** The address of the function that runs it. */
  readonly address: Address;
  /** Names the run. */
  readonly run: string;
  /** The typename of the message that began the run. */
  readonly workflow: string;
  /** What goes on in the run, or how it has ended. */
  readonly status: RunStatus;
  /** When the run began; of a queued one, when its message came. In milliseconds since 1970. */
  readonly since: number;
  /** When the run ended, in milliseconds since 1970; undefined while it has not. */
  readonly endedAt: number | undefined;
  /** Whether the run was cancelled. It may go on all the same, to undo what it has done. */
  readonly cancelled: boolean;
  /** What the run waits for. */
  readonly waitsFor: readonly RunOperation[];
  /** Why the run has failed; undefined when it has not. */
  readonly error: RunError | undefined;
}

/** A run with everything that is kept of it. */
export interface RunDetails extends RunInfo {
  /** Who gets the answer of the run; undefined when nobody waits for it. */
  readonly caller: Address | undefined;
  /** The message that began the run; undefined when the run has ended. */
  readonly input: TypedValue | undefined;
  /** What the run has done, in the order in which it asked for it. Of a run that has ended, the first 100, without results. */
  readonly operations: readonly RunOperation[];
  /** How many operations the run has, also those that are not kept. */
  readonly operationCount: number;
}

/** The runs of one address. */
export interface AddressRuns {
  /** The runs that live, then those that wait for their turn, and at last the run that has ended last. */
  readonly runs: readonly RunDetails[];
  /** The messages that no run has received yet, the oldest first. */
  readonly unreceived: readonly { readonly caller: Address | undefined; readonly value: TypedValue }[];
  /** The calls of ordinary handlers, by `context.call`, that have no answer yet. */
  readonly calls: readonly RunCall[];
}

/** A call of an ordinary handler that has no answer yet. */
export interface RunCall {
  /** The address that was called. */
  readonly target: Address;
  /** The method that gets the answer. */
  readonly then: string;
  /** When the call was made, in milliseconds since 1970. */
  readonly requestedAt: number;
  /** When its time is over, in milliseconds since 1970; undefined when it has no limit. */
  readonly until: number | undefined;
}

/** Which runs to list. */
export interface RunFilter {
  /**
   * The statuses. "ended" stands for every way to end; of each address only the run is known that has ended last. Defaults to
   * "running", "waiting" and "queued".
   */
  readonly status?: RunStatus | "ended";
  /** The typename of the message that began the run. Defaults to any. */
  readonly workflow?: string;
  /** Only runs that wait for something, or for their turn, for longer. Defaults to any. */
  readonly waitingLongerThan?: Duration;
}

/** Which page of the runs of a function to list. */
export interface RunPage {
  /** The `next` of the page before. Defaults to none: the list begins. */
  readonly after?: string;
  /** After so many runs and unreadable addresses the page ends, at the end of an address. Defaults to 100. */
  readonly limit?: number;
}

/** A page of the runs of a function. */
export interface RunsFound {
  /** The runs, in the order of the ids of their addresses. */
  readonly runs: readonly RunInfo[];
  /** The ids of addresses whose runs can't be read, because a later version has written them; whatever the filter says. */
  readonly unreadable: readonly string[];
  /** The `after` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}
