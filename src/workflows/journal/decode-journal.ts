// Decodes a journal. A function that does not know a field refuses the journal: to write the journal back without the field would
// lose a part of a run.

import { WireReader } from "../../bytes/reader.js";
import type { Address } from "../../model/address.js";
import type { Failure } from "../../model/failure.js";
import type { Invocation } from "../../model/invocation.js";
import { TypedValue } from "../../model/typed-value.js";
import { readAddress } from "../../wire/address.js";
import { readFailure } from "../../wire/failure.js";
import { decodePacked } from "../../wire/packed.js";
import type { EndedRun, Journal, Operation, OperationKind, Outcome, PendingCall, Run } from "./journal.js";
import {
  callFields,
  journalFields,
  journalVersion,
  kinds,
  messageFields,
  operationFields,
  outcomes,
  runFields,
} from "./journal-fields.js";

/** Decodes a journal, whose values keep views of the bytes. Throws an Error that says what is wrong with the bytes. */
export function decodeJournal(bytes: Uint8Array): Journal {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let found = 0;
  let runCount = 0;
  let callCount = 0;
  const runs: Run[] = [];
  const waiting: Run[] = [];
  const unreceived: Invocation[] = [];
  const calls: PendingCall[] = [];
  let lastEnded: EndedRun | undefined;
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === journalFields.version) found = assertVersion(reader.int64(end));
    else if (field === journalFields.runCount) runCount = reader.int64(end);
    else if (field === journalFields.callCount) callCount = reader.int64(end);
    else if (field === journalFields.run) runs.push(readRun(reader, end));
    else if (field === journalFields.waiting) waiting.push(readRun(reader, end));
    else if (field === journalFields.unreceived) unreceived.push(readMessage(reader, end));
    else if (field === journalFields.call) calls.push(readCall(reader, end));
    else if (field === journalFields.lastEnded) lastEnded = readEnded(reader, end);
    else throw unknownField("journal", field);
  }
  if (found === 0) throw new Error("it has no version");
  return { revision: 0, runCount, callCount, runs, waiting, unreceived, calls, lastEnded };
}

function assertVersion(found: number): number {
  if (found === journalVersion) return found;
  throw new Error(
    `it has version ${found} of its format, and this version of statefun-ts reads ${journalVersion}. Deploy the version again that has written the journal, or a later one`,
  );
}

function unknownField(part: string, field: number): Error {
  return new Error(
    `its ${part} has the field ${field >>> 3}, which this version of statefun-ts does not know. Deploy the version again that has written the journal, or a later one`,
  );
}

interface ReadRun extends Run {
  endedAt: number;
  outcome: Outcome;
  error: Failure | undefined;
  operationCount: number;
}

function readRun(reader: WireReader, outerEnd: number): Run {
  const { endedAt, outcome, error, operationCount, ...run } = readWhole(reader, outerEnd);
  return run;
}

function readEnded(reader: WireReader, outerEnd: number): EndedRun {
  const { id, number, workflow, caller, receivedAt, startedAt, endedAt, outcome, error, operationCount, operations } =
    readWhole(reader, outerEnd);
  return { id, number, workflow, caller, receivedAt, startedAt, endedAt, outcome, error, operationCount, operations };
}

function readWhole(reader: WireReader, outerEnd: number): ReadRun {
  const end = reader.endOfField(outerEnd);
  let id = "";
  let number = 0;
  let workflow = "";
  let input: TypedValue | undefined;
  let caller: Address | undefined;
  let callToken: string | undefined;
  let receivedAt = 0;
  let startedAt = 0;
  let cancelledAt = 0;
  let cancelSeq = 0;
  let cancelReason = "";
  let lastSeq = 0;
  let endedAt = 0;
  let outcome: Outcome = "completed";
  let error: Failure | undefined;
  let operationCount = 0;
  const operations: Operation[] = [];
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === runFields.operation) operations.push(readOperation(reader, end));
    else if (field === runFields.id) id = reader.string(end);
    else if (field === runFields.number) number = reader.int64(end);
    else if (field === runFields.workflow) workflow = reader.name(end);
    else if (field === runFields.input) input = readValue(reader, end);
    else if (field === runFields.caller) caller = readAddress(reader, end);
    else if (field === runFields.callToken) callToken = reader.string(end);
    else if (field === runFields.receivedAt) receivedAt = reader.int64(end);
    else if (field === runFields.startedAt) startedAt = reader.int64(end);
    else if (field === runFields.cancelledAt) cancelledAt = reader.int64(end);
    else if (field === runFields.cancelSeq) cancelSeq = reader.int64(end);
    else if (field === runFields.cancelReason) cancelReason = reader.string(end);
    else if (field === runFields.lastSeq) lastSeq = reader.int64(end);
    else if (field === runFields.endedAt) endedAt = reader.int64(end);
    else if (field === runFields.outcome) outcome = oneOf(outcomes, reader.int64(end), "outcome");
    else if (field === runFields.error) error = readFailure(reader, end, true);
    else if (field === runFields.operationCount) operationCount = reader.int64(end);
    else throw unknownField("run", field);
  }
  return {
    id,
    number,
    workflow,
    input: input ?? new TypedValue(workflow),
    caller,
    callToken,
    receivedAt,
    startedAt,
    cancelledAt,
    cancelSeq,
    cancelReason,
    lastSeq,
    operations,
    endedAt,
    outcome,
    error,
    operationCount,
  };
}

function readOperation(reader: WireReader, outerEnd: number): Operation {
  const end = reader.endOfField(outerEnd);
  let key = "";
  let kind: OperationKind = "step";
  let requestedAt = 0;
  let seq = 0;
  let endedAt = 0;
  let value: TypedValue | undefined;
  let error: Failure | undefined;
  let attempts = 0;
  let dueAt = 0;
  let callee: Address | undefined;
  let awaits: string | undefined;
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === operationFields.key) key = reader.string(end);
    else if (field === operationFields.kind) kind = oneOf(kinds, reader.int64(end), "kind of operation");
    else if (field === operationFields.requestedAt) requestedAt = reader.int64(end);
    else if (field === operationFields.seq) seq = reader.int64(end);
    else if (field === operationFields.endedAt) endedAt = reader.int64(end);
    else if (field === operationFields.value) value = readValue(reader, end);
    else if (field === operationFields.error) error = readFailure(reader, end, true);
    else if (field === operationFields.attempts) attempts = reader.int64(end);
    else if (field === operationFields.dueAt) dueAt = reader.int64(end);
    else if (field === operationFields.callee) callee = readAddress(reader, end);
    else if (field === operationFields.awaits) awaits = reader.name(end);
    else throw unknownField("operation", field);
  }
  return { key, kind, requestedAt, seq, endedAt, value, error, attempts, dueAt, callee, awaits };
}

function readMessage(reader: WireReader, outerEnd: number): Invocation {
  const end = reader.endOfField(outerEnd);
  let caller: Address | undefined;
  let argument = new TypedValue("");
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === messageFields.caller) caller = readAddress(reader, end);
    else if (field === messageFields.value) argument = readValue(reader, end);
    else throw unknownField("message", field);
  }
  return { caller, argument };
}

function readCall(reader: WireReader, outerEnd: number): PendingCall {
  const end = reader.endOfField(outerEnd);
  let token = "";
  let callee: Address | undefined;
  let then = "";
  let failed: string | undefined;
  let requestedAt = 0;
  let dueAt = 0;
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === callFields.token) token = reader.string(end);
    else if (field === callFields.callee) callee = readAddress(reader, end);
    else if (field === callFields.then) then = reader.string(end);
    else if (field === callFields.failed) failed = reader.string(end);
    else if (field === callFields.requestedAt) requestedAt = reader.int64(end);
    else if (field === callFields.dueAt) dueAt = reader.int64(end);
    else throw unknownField("call", field);
  }
  if (callee === undefined) throw new Error("a call has no callee");
  return { token, callee, then, failed, requestedAt, dueAt };
}

function readValue(reader: WireReader, outerEnd: number): TypedValue {
  const end = reader.endOfField(outerEnd);
  const bytes = reader.bytes.subarray(reader.pos, end);
  reader.pos = end;
  return decodePacked(bytes, "v3");
}

function oneOf<T>(names: readonly T[], number: number, what: string): T {
  const name = names[number];
  if (name === undefined) throw new Error(`there is no ${what} ${number}`);
  return name;
}
