// What the admin server says of the runs of workflows.

import type { ShownMessage } from "./values.js";

/** The answers about runs, by the names of their routes. */
export interface RunAnswers {
  readonly runs: RunList;
  readonly addressRuns: RunsOfAddress;
  readonly addressRun: OneRun;
  readonly cancelRuns: RunsCancelled;
  readonly cancelRun: RunsCancelled;
}

/** A page of the runs of a function, in the order of the ids of their addresses. */
export interface RunList {
  readonly runs: readonly (ListedRun & {
    /** The id of the run's address. */
    readonly id: string;
  })[];
  /** The ids of the addresses whose runs can't be read, because a later version has written them. */
  readonly unreadable: readonly string[];
  /** The `after` of the next page; null on the last page. */
  readonly next: string | null;
}

/** What goes on in a run, or how it has ended. */
export type RunStatus = "running" | "waiting" | "queued" | "completed" | "failed" | "cancelled" | "restarted";

/** What is known of a run in every list. */
export interface RunBase {
  /** Names the run. */
  readonly run: string;
  /** The typename of the message that began the run. */
  readonly workflow: string;
  /** What goes on in the run, or how it has ended. */
  readonly status: RunStatus;
  /** When the run began; of a queued one, when its message came. */
  readonly since: string;
  /** When the run ended; null while it has not. */
  readonly endedAt: string | null;
  /** Whether the run was cancelled. It may go on all the same, to undo what it has done. */
  readonly cancelled: boolean;
  /** Why the run has failed; null when it has not. */
  readonly error: RunError | null;
}

/** A run in a list. */
export interface ListedRun extends RunBase {
  /** What the run waits for. */
  readonly waitsFor: readonly RunWait[];
}

/** Something that a run waits for. */
export interface RunWait {
  /** Names the operation in its run, for example "step:charge". */
  readonly key: string;
  /** Since when the run waits. */
  readonly since: string;
  /** When the wait ends at the latest, or when the next try of a step begins; null when it has no end. */
  readonly until: string | null;
  /** How many tries have failed. */
  readonly attempts: number;
  /** The last failure; null without one. */
  readonly error: RunError | null;
}

/** Why an operation or a run has failed. */
export interface RunError {
  /** The code of the failure. */
  readonly code: string;
  /** What has happened. */
  readonly message: string;
  /** What a terminal failure tells besides, as JSON; missing when it tells nothing. */
  readonly details?: unknown;
}

/** A run with everything that is kept of it. */
export interface RunDetails extends RunBase {
  /** The address that gets the answer of the run, "namespace/name/id"; null when nobody waits for it. */
  readonly caller: string | null;
  /** The message that began the run; null when the run has ended. */
  readonly input: ShownMessage | null;
  /** What the run has done, in the order in which it asked for it. Of a run that has ended, the first 100. */
  readonly operations: readonly RunOperation[];
  /** How many operations the run has, also those that are not kept. */
  readonly operationCount: number;
}

/** Something that a run does once, and whose result it remembers. */
export interface RunOperation {
  /** Names the operation in its run, for example "step:charge". */
  readonly key: string;
  /** What the operation does. */
  readonly kind: "step" | "call" | "sleep" | "receive" | "send" | "sendAfter" | "sendEgress";
  /** How far the operation is. */
  readonly state: "waiting" | "sleeping" | "retrying" | "sent" | "done" | "failed";
  /** When the run asked for the operation first. */
  readonly requestedAt: string;
  /** When the result came; null while there is none. */
  readonly endedAt: string | null;
  /** When the wait ends at the latest, or when the next try begins; null when it has no end. */
  readonly until: string | null;
  /** How many tries have failed. */
  readonly attempts: number;
  /** The address that the run has called or sent to, "namespace/name/id"; null for anything else. */
  readonly target: string | null;
  /** The result; null without one, and for a run that has ended. */
  readonly value: ShownMessage | null;
  /** Why the operation or its last try has failed; null without a failure. */
  readonly error: RunError | null;
}

/** One run of an address. */
export interface OneRun extends RunDetails {
  /** The type name of the function. */
  readonly function: string;
  /** The id of the address. */
  readonly id: string;
}

/** The runs of one address. */
export interface RunsOfAddress {
  /** The type name of the function. */
  readonly function: string;
  /** The id of the address. */
  readonly id: string;
  /** The runs that live, then those that wait for their turn, and at last the run that has ended last. */
  readonly runs: readonly RunDetails[];
  /** The messages that no run has received yet, the oldest first. */
  readonly unreceived: readonly (ShownMessage & {
    /** The sender's address, "namespace/name/id"; null when the message came from an ingress. */
    readonly caller: string | null;
  })[];
  /** The calls of ordinary handlers that have no answer yet. */
  readonly calls: readonly OpenCall[];
}

/** A call of an ordinary handler that has no answer yet. */
export interface OpenCall {
  /** The address that was called, "namespace/name/id". */
  readonly target: string;
  /** The method that gets the answer. */
  readonly then: string;
  /** When the call was made. */
  readonly requestedAt: string;
  /** When the time of the call is over; null when it has no limit. */
  readonly until: string | null;
}

/** Runs are cancelled. */
export interface RunsCancelled {
  /** The ids of the runs. */
  readonly cancelled: readonly string[];
}
