// The numbers of the fields in a journal's bytes; proto/workflow-journal.proto documents them.

import { delimited, tag, varint } from "../../bytes/reader.js";
import type { OperationKind, Outcome } from "./journal.js";

/** The version of the format. It grows when an older function must not touch a journal. */
export const journalVersion = 1;

/** The fields of a journal. */
export const journalFields = {
  version: tag(1, varint),
  runCount: tag(2, varint),
  callCount: tag(3, varint),
  run: tag(4, delimited),
  waiting: tag(5, delimited),
  unreceived: tag(6, delimited),
  call: tag(7, delimited),
  lastEnded: tag(8, delimited),
};

/** The fields of a run. The last four are those of a run that has ended. */
export const runFields = {
  id: tag(1, delimited),
  number: tag(2, varint),
  workflow: tag(3, delimited),
  input: tag(4, delimited),
  caller: tag(5, delimited),
  callToken: tag(6, delimited),
  receivedAt: tag(7, varint),
  startedAt: tag(8, varint),
  cancelledAt: tag(9, varint),
  cancelSeq: tag(10, varint),
  cancelReason: tag(11, delimited),
  lastSeq: tag(12, varint),
  operation: tag(13, delimited),
  endedAt: tag(14, varint),
  outcome: tag(15, varint),
  error: tag(16, delimited),
  operationCount: tag(17, varint),
};

/** The fields of an operation. */
export const operationFields = {
  key: tag(1, delimited),
  kind: tag(2, varint),
  requestedAt: tag(3, varint),
  seq: tag(4, varint),
  endedAt: tag(5, varint),
  value: tag(6, delimited),
  error: tag(7, delimited),
  attempts: tag(8, varint),
  dueAt: tag(9, varint),
  callee: tag(10, delimited),
  awaits: tag(11, delimited),
};

/** The fields of a message that nobody has received. */
export const messageFields = { caller: tag(1, delimited), value: tag(2, delimited) };

/** The fields of a call of an ordinary handler. */
export const callFields = {
  token: tag(1, delimited),
  callee: tag(2, delimited),
  then: tag(3, delimited),
  failed: tag(4, delimited),
  requestedAt: tag(5, varint),
  dueAt: tag(6, varint),
};

/** The kinds of operations, each at the place that is its number. */
export const kinds: readonly OperationKind[] = ["step", "call", "sleep", "receive", "send", "sendAfter", "sendEgress"];
/** The outcomes, each at the place that is its number. */
export const outcomes: readonly Outcome[] = ["completed", "failed", "cancelled", "restarted"];
