// The heads of large states: entries beside those of the values. Whoever looks at many states reads the head of a large one and
// not its value, which would hold the event loop while it is copied. The head is written and deleted with its value, in one
// transaction. Values that older versions have written have none, and are read whole.

import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { headBytes, wholeBytes } from "../model/large-value.js";
import { kinds } from "./keys.js";
import type { Packed } from "./packed.js";

const typenameField = tag(1, delimited);
const bytesField = tag(2, varint);
const headField = tag(3, delimited);
const touchedField = tag(4, varint);

/** Behind its head, a string has a tag and a length before its text: the head is so much longer. */
const mostBefore = 16;

/** What is known of a large state without its value. */
export class StateHead {
  readonly typename: string;
  /** How many packed bytes the value has. */
  readonly bytes: number;
  /** The first of the packed bytes. */
  readonly head: Uint8Array;
  /** When the value was written, or touched by a call, in milliseconds since 1970. */
  readonly touchedAt: number;

  constructor(typename: string, bytes: number, head: Uint8Array, touchedAt: number) {
    this.typename = typename;
    this.bytes = bytes;
    this.head = head;
    this.touchedAt = touchedAt;
  }
}

/** Whether a state of this size, as the engine counts it, has a head beside its value. */
export const hasHead = (size: number) => size > wholeBytes;

/** The key of the head of the state with this key. */
export const headKey = (stateKey: string) => kinds.head + stateKey.slice(kinds.state.length);

/** The key of the state whose head has this key. */
export const keyOfHead = (key: string) => kinds.state + key.slice(kinds.head.length);

/** Encodes the head of a value. */
export function encodeHead(packed: Packed, touchedAt: number): Uint8Array {
  const { typename, value } = packed.unpack();
  const writer = new WireWriter();
  writer.string(typenameField, typename);
  writer.uint32(bytesField);
  writer.int64(value.length);
  writer.bytes(headField, value.subarray(0, headBytes + mostBefore));
  writer.uint32(touchedField);
  writer.int64(touchedAt);
  return writer.finish();
}

/** Decodes a head's entry. */
export function decodeHead(entry: Uint8Array): StateHead {
  const reader = new WireReader(entry);
  const end = entry.length;
  let typename = "";
  let bytes = 0;
  let head = entry.subarray(0, 0);
  let touchedAt = 0;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === typenameField) typename = reader.string(end);
    else if (fieldTag === bytesField) bytes = reader.int64(end);
    else if (fieldTag === headField) head = reader.copy(end);
    else if (fieldTag === touchedField) touchedAt = reader.int64(end);
    else reader.skip(fieldTag, end);
  }
  return new StateHead(typename, bytes, head, touchedAt);
}
