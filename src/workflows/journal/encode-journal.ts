// Encodes a journal.

import { WireWriter } from "../../bytes/writer.js";
import type { Invocation } from "../../model/invocation.js";
import type { TypedValue } from "../../model/typed-value.js";
import { writeAddress } from "../../wire/address.js";
import { writeFailure } from "../../wire/failure.js";
import { writePacked } from "../../wire/packed.js";
import type { EndedRun, Journal, Operation, PendingCall, Run } from "./journal.js";
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

/** Encodes a journal. */
export function encodeJournal(journal: Journal): Uint8Array {
  const writer = new WireWriter();
  writeNumber(writer, journalFields.version, journalVersion);
  writeNumber(writer, journalFields.runCount, journal.runCount);
  writeNumber(writer, journalFields.callCount, journal.callCount);
  for (const run of journal.runs) writeRun(writer, journalFields.run, run);
  for (const run of journal.waiting) writeRun(writer, journalFields.waiting, run);
  for (const message of journal.unreceived) writeMessage(writer, message);
  for (const call of journal.calls) writeCall(writer, call);
  if (journal.lastEnded !== undefined) writeEnded(writer, journal.lastEnded);
  return writer.finish();
}

function writeRun(writer: WireWriter, field: number, run: Run): void {
  const start = writer.begin(field);
  writeHead(writer, run);
  writeValue(writer, runFields.input, run.input);
  if (run.callToken !== undefined) writer.string(runFields.callToken, run.callToken);
  writeNumber(writer, runFields.cancelledAt, run.cancelledAt);
  writeNumber(writer, runFields.cancelSeq, run.cancelSeq);
  if (run.cancelReason !== "") writer.string(runFields.cancelReason, run.cancelReason);
  writeNumber(writer, runFields.lastSeq, run.lastSeq);
  for (const operation of run.operations) writeOperation(writer, operation, true);
  writer.end(start);
}

function writeEnded(writer: WireWriter, run: EndedRun): void {
  const start = writer.begin(journalFields.lastEnded);
  writeHead(writer, run);
  for (const operation of run.operations) writeOperation(writer, operation, false);
  writeNumber(writer, runFields.endedAt, run.endedAt);
  writeNumber(writer, runFields.outcome, outcomes.indexOf(run.outcome));
  if (run.error !== undefined) writeFailure(writer, runFields.error, run.error);
  writeNumber(writer, runFields.operationCount, run.operationCount);
  writer.end(start);
}

/** Writes what a run has that lives, and one that has ended. */
function writeHead(writer: WireWriter, run: Run | EndedRun): void {
  writer.string(runFields.id, run.id);
  writeNumber(writer, runFields.number, run.number);
  writer.string(runFields.workflow, run.workflow);
  if (run.caller !== undefined) writeAddress(writer, runFields.caller, run.caller);
  writeNumber(writer, runFields.receivedAt, run.receivedAt);
  writeNumber(writer, runFields.startedAt, run.startedAt);
}

function writeOperation(writer: WireWriter, operation: Operation, withValue: boolean): void {
  const { value, error, callee, awaits } = operation;
  const start = writer.begin(runFields.operation);
  writer.string(operationFields.key, operation.key);
  writeNumber(writer, operationFields.kind, kinds.indexOf(operation.kind));
  writeNumber(writer, operationFields.requestedAt, operation.requestedAt);
  writeNumber(writer, operationFields.seq, operation.seq);
  writeNumber(writer, operationFields.endedAt, operation.endedAt);
  if (value !== undefined && withValue) writeValue(writer, operationFields.value, value);
  if (error !== undefined) writeFailure(writer, operationFields.error, error);
  writeNumber(writer, operationFields.attempts, operation.attempts);
  writeNumber(writer, operationFields.dueAt, operation.dueAt);
  if (callee !== undefined) writeAddress(writer, operationFields.callee, callee);
  if (awaits !== undefined) writer.string(operationFields.awaits, awaits);
  writer.end(start);
}

function writeMessage(writer: WireWriter, { caller, argument }: Invocation): void {
  const start = writer.begin(journalFields.unreceived);
  if (caller !== undefined) writeAddress(writer, messageFields.caller, caller);
  writeValue(writer, messageFields.value, argument);
  writer.end(start);
}

function writeCall(writer: WireWriter, call: PendingCall): void {
  const start = writer.begin(journalFields.call);
  writer.string(callFields.token, call.token);
  writeAddress(writer, callFields.callee, call.callee);
  writer.string(callFields.then, call.then);
  if (call.failed !== undefined) writer.string(callFields.failed, call.failed);
  writeNumber(writer, callFields.requestedAt, call.requestedAt);
  writeNumber(writer, callFields.dueAt, call.dueAt);
  writer.end(start);
}

/** Values are in the form of v3 on both generations. */
function writeValue(writer: WireWriter, field: number, value: TypedValue): void {
  const start = writer.begin(field);
  writePacked(writer, value, "v3");
  writer.end(start);
}

function writeNumber(writer: WireWriter, field: number, value: number): void {
  if (value === 0) return;
  writer.uint32(field);
  writer.int64(value);
}
