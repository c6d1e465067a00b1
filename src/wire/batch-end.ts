// How the messages of a batch ended: the field of an answer by which functions of this package tell an engine that has
// offered to read it. Every other engine ignores the field, and every other SDK ignores the offer.

import { delimited, tag, varint, type WireReader } from "../bytes/reader.js";
import type { WireWriter } from "../bytes/writer.js";
import { type ErrorCode, errors, StatefunError } from "../errors.js";
import { type Failure, LastingFailure } from "../model/failure.js";
import type { MessageEnd } from "../model/invocation.js";
import { readFailure, writeFailure } from "./failure.js";

/** The field of ToFunction with which an engine offers to read {@link endField}. */
export const offerField = tag(50_001, varint);
/** The field of FromFunction that holds a {@link BatchEnd}. */
export const endField = tag(50_001, delimited);

/** How the messages of a batch ended. */
export interface BatchEnd {
  /** How many messages of the batch have ended, from the first one on. */
  readonly consumed: number;
  /** The messages among them that did not simply succeed, by their places in the batch. */
  readonly ends: readonly MessageEnd[];
  /** Why the next message, which has to be delivered again, failed; undefined when none failed. */
  readonly stopped: StoppedBy | undefined;
}

/** The failure of a message that has to be delivered again. */
export interface StoppedBy extends Pick<Failure, "code" | "message"> {
  /** Whether another try can't end the failure; see LastingFailure. */
  readonly lasting: boolean;
}

/** The failure as an error. */
export function stoppedBy({ code, message, lasting }: StoppedBy): StatefunError {
  const known = Object.hasOwn(errors, code) ? (code as ErrorCode) : "HANDLER_FAILED";
  return lasting ? new LastingFailure(known, message) : new StatefunError(known, message);
}

const varint1 = tag(1, varint);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);
const varint3 = tag(3, varint);
const varint4 = tag(4, varint);

/** Writes the field. */
export function writeBatchEnd(writer: WireWriter, { consumed, ends, stopped }: BatchEnd): void {
  const field = writer.begin(endField);
  if (consumed !== 0) {
    writer.uint32(varint1);
    writer.uint32(consumed);
  }
  for (const { index, failure, deferred, settles } of ends) {
    const end = writer.begin(field2);
    if (index !== 0) {
      writer.uint32(varint1);
      writer.uint32(index);
    }
    if (failure !== undefined) writeFailure(writer, field2, failure);
    if (deferred === true) {
      writer.uint32(varint3);
      writer.uint32(1);
    }
    if (settles === true) {
      writer.uint32(varint4);
      writer.uint32(1);
    }
    writer.end(end);
  }
  if (stopped !== undefined) {
    writeFailure(writer, field3, stopped);
    if (stopped.lasting) {
      writer.uint32(varint4);
      writer.uint32(1);
    }
  }
  writer.end(field);
}

/** Reads the field, whose tag was read. Throws an Error that says what is wrong with the bytes. */
export function readBatchEnd(reader: WireReader, outerEnd: number): BatchEnd {
  const end = reader.endOfField(outerEnd);
  let consumed = 0;
  const ends: MessageEnd[] = [];
  let stopped: Failure | undefined;
  let lasting = false;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === varint1) consumed = reader.uint32(end);
    else if (fieldTag === field2) ends.push(readMessageEnd(reader, end));
    else if (fieldTag === field3) stopped = readFailure(reader, end, false);
    else if (fieldTag === varint4) lasting = reader.bool(end);
    else reader.skip(fieldTag, end);
  }
  let before = -1;
  for (const { index } of ends) {
    if (index <= before || index >= consumed) throw new Error(`a message ended at place ${index} of ${consumed}`);
    before = index;
  }
  return { consumed, ends, stopped: stopped && { code: stopped.code, message: stopped.message, lasting } };
}

function readMessageEnd(reader: WireReader, outerEnd: number): MessageEnd {
  const end = reader.endOfField(outerEnd);
  let index = 0;
  let failure: Failure | undefined;
  let deferred = false;
  let settles = false;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === varint1) index = reader.uint32(end);
    else if (fieldTag === field2) failure = readFailure(reader, end, true);
    else if (fieldTag === varint3) deferred = reader.bool(end);
    else if (fieldTag === varint4) settles = reader.bool(end);
    else reader.skip(fieldTag, end);
  }
  return {
    index,
    ...(failure === undefined ? {} : { failure }),
    ...(deferred ? { deferred } : {}),
    ...(settles ? { settles } : {}),
  };
}
