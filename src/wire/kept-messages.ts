// The state in which a function on Flink keeps messages that failed, or that wait behind one. And the message with which it
// wakes itself to try them again.

import { platform } from "../bytes/platform.js";
import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Address } from "../model/address.js";
import type { Invocation } from "../model/invocation.js";
import { TypedValue } from "../model/typed-value.js";
import { readAddress, writeAddress } from "./address.js";
import { decodePacked, writePacked } from "./packed.js";

/** The name of the state. A function can't have a state of its own with this name. */
export const keptMessagesName = "statefun.failed-messages";
/** The typename of the state's value. */
export const keptMessagesTypename = "statefun.types/failed-messages";
/** The typename of the message that says that a kept message is due. */
export const dueTypename = "statefun.types/failed-message-due";

/** A message that is kept. */
export interface KeptMessage extends Invocation {
  /** How often it was tried. */
  readonly attempts: number;
  /** When it failed first, in milliseconds since 1970; 0 when it was not tried yet. */
  readonly firstFailedAt: number;
  /** Names the delayed message that says that it is due. 0 when it waits for no such message. */
  readonly due: number;
}

const messageField = tag(1, delimited);

const callerField = tag(1, delimited);
const valueField = tag(2, delimited);
const attemptsField = tag(3, varint);
const firstFailedField = tag(4, varint);
const dueField = tag(5, varint);

/** Encodes the state's value. The messages are in the form of v3 on both generations. */
export function encodeKeptMessages(messages: readonly KeptMessage[]): TypedValue {
  const writer = new WireWriter();
  for (const message of messages) {
    const start = writer.begin(messageField);
    const { caller, argument, attempts, firstFailedAt, due } = message;
    if (caller !== undefined) writeAddress(writer, callerField, caller);
    const value = writer.begin(valueField);
    writePacked(writer, argument, "v3");
    writer.end(value);
    writer.uint32(attemptsField);
    writer.uint32(attempts);
    writer.uint32(firstFailedField);
    writer.int64(firstFailedAt);
    writer.uint32(dueField);
    writer.int64(due);
    writer.end(start);
  }
  return new TypedValue(keptMessagesTypename, writer.finish());
}

/** Decodes the state's value. Throws an Error that says what is wrong with the bytes. */
export function decodeKeptMessages({ value }: TypedValue): KeptMessage[] {
  const reader = new WireReader(value);
  const end = value.length;
  const messages: KeptMessage[] = [];
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === messageField) messages.push(readMessage(reader, end));
    else reader.skip(fieldTag, end);
  }
  return messages;
}

function readMessage(reader: WireReader, outerEnd: number): KeptMessage {
  const end = reader.endOfField(outerEnd);
  let caller: Address | undefined;
  let argument = new TypedValue("");
  let attempts = 0;
  let firstFailedAt = 0;
  let due = 0;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === callerField) caller = readAddress(reader, end);
    else if (fieldTag === valueField) argument = decodePacked(reader.copy(end), "v3");
    else if (fieldTag === attemptsField) attempts = reader.uint32(end);
    else if (fieldTag === firstFailedField) firstFailedAt = Number(reader.varint64(end));
    else if (fieldTag === dueField) due = Number(reader.varint64(end));
    else reader.skip(fieldTag, end);
  }
  return { caller, argument, attempts, firstFailedAt, due };
}

/** The message that says that a kept message is due; 0 names those that wait for no such message. */
export function dueMessage(due: number): TypedValue {
  return new TypedValue(dueTypename, platform.encodeUtf8(String(due)));
}

/** Reads which kept message is due. Never throws: anybody can send such a message, and a bad one names no message. */
export function readDue({ value }: TypedValue): number {
  return Number(platform.decodeUtf8(value));
}
