// Reads the runs of an address from its journal.

import { describe, StatefunError } from "../../errors.js";
import type { Address } from "../../model/address.js";
import type { Failure } from "../../model/failure.js";
import type { TypedValue } from "../../model/typed-value.js";
import { decodeJournal } from "../../workflows/journal/decode-journal.js";
import { type EndedRun, isPending, type Journal, type Operation, type Run } from "../../workflows/journal/journal.js";
import type { AddressRuns, RunDetails, RunError, RunOperation } from "./run-info.js";

/** Decodes the journal of an address. Throws VALUE_UNREADABLE. */
export function journalOf(address: Address, { value }: TypedValue): Journal {
  try {
    return decodeJournal(value);
  } catch (error) {
    throw new StatefunError("VALUE_UNREADABLE", `The journal of ${address} can't be read: ${describe(error)}.`, {
      cause: error,
    });
  }
}

/** All runs of a journal: those that live, those that wait for their turn, and the one that has ended last. */
export function runsOf(address: Address, { runs, waiting, lastEnded }: Journal): RunDetails[] {
  return [
    ...runs.map((run) => liveRun(address, run, false)),
    ...waiting.map((run) => liveRun(address, run, true)),
    ...(lastEnded === undefined ? [] : [endedRun(address, lastEnded)]),
  ];
}

/** Everything of a journal that people see. */
export function addressRuns(address: Address, journal: Journal): AddressRuns {
  return {
    runs: runsOf(address, journal),
    unreceived: journal.unreceived.map(({ caller, argument }) => ({ caller, value: argument })),
    calls: journal.calls.map(({ callee, then, requestedAt, dueAt }) => ({
      target: callee,
      then,
      requestedAt,
      until: timeOrNone(dueAt),
    })),
  };
}

function liveRun(address: Address, run: Run, isQueued: boolean): RunDetails {
  const { id, workflow, caller, input, receivedAt, startedAt, cancelledAt } = run;
  const operations = run.operations.map(operationOf);
  const waitsFor = operations.filter((_, index) => isPending(run.operations[index] as Operation));
  return {
    address,
    run: id,
    workflow,
    status: isQueued ? "queued" : waitsFor.length > 0 ? "waiting" : "running",
    since: isQueued ? receivedAt : startedAt,
    endedAt: undefined,
    cancelled: cancelledAt > 0,
    waitsFor,
    error: undefined,
    caller,
    input,
    operations,
    operationCount: operations.length,
  };
}

function endedRun(address: Address, run: EndedRun): RunDetails {
  const { id, workflow, caller, startedAt, receivedAt, endedAt, outcome, error, operationCount } = run;
  return {
    address,
    run: id,
    workflow,
    status: outcome,
    since: timeOrNone(startedAt) ?? receivedAt,
    endedAt,
    cancelled: outcome === "cancelled",
    waitsFor: [],
    error: error && errorOf(error),
    caller,
    input: undefined,
    operations: run.operations.map(operationOf),
    operationCount,
  };
}

function operationOf(operation: Operation): RunOperation {
  const { key, kind, requestedAt, endedAt, dueAt, attempts, callee, value, error } = operation;
  return {
    key,
    kind,
    state: stateOf(operation),
    requestedAt,
    endedAt: timeOrNone(endedAt),
    until: timeOrNone(dueAt),
    attempts,
    target: callee,
    value,
    error: error && errorOf(error),
  };
}

function stateOf(operation: Operation): RunOperation["state"] {
  const { kind, seq, error } = operation;
  if (seq > 0) return error === undefined ? "done" : "failed";
  if (!isPending(operation)) return "sent";
  if (kind === "sleep") return "sleeping";
  return kind === "step" ? "retrying" : "waiting";
}

/** The stack of an error is for the log. */
function errorOf({ code, message, details }: Failure): RunError {
  return { code, message, ...(details === undefined ? {} : { details }) };
}

/** A journal has 0 where there is no time. */
const timeOrNone = (time: number) => (time === 0 ? undefined : time);
