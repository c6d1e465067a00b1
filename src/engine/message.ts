// A message as the engine keeps it in memory, and its form in the store.

import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Address } from "../model/address.js";
import type { Generation } from "../model/invocation.js";
import { readAddress, writeAddress } from "../wire/address.js";
import { convertPacked } from "../wire/packed.js";

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const v2Flag = tag(3, varint);
const targetField = tag(4, delimited);
const tokenField = tag(5, delimited);

/** A value that is encoded when its group is written, and not at all when it is consumed before. */
export interface Encodable {
  encode(): Uint8Array;
  /** About how many bytes it takes. */
  readonly size: number;
}

/** About how many bytes a message takes beyond its argument. */
const overhead = 96;

/** A message on its way to a function. */
export class Message implements Encodable {
  readonly caller: Address | undefined;
  /** The bytes of an Any (v2) or a TypedValue (v3). */
  readonly argument: Uint8Array;
  readonly generation: Generation;
  /** The key of its entry in the store while it waits. */
  key = "";
  /** The number of the group that it was put into; 0 when it was read from the store. */
  group = 0;

  constructor(caller: Address | undefined, argument: Uint8Array, generation: Generation) {
    this.caller = caller;
    this.argument = argument;
    this.generation = generation;
  }

  get size(): number {
    return this.argument.length + overhead;
  }

  /** The same message for functions of a generation. */
  as(generation: Generation): Message {
    if (generation === this.generation) return this;
    const argument = convertPacked(this.argument, this.generation, generation);
    return new Message(this.caller, argument, generation);
  }

  encode(): Uint8Array {
    const writer = new WireWriter();
    this.write(writer);
    return writer.finish();
  }

  protected write(writer: WireWriter): void {
    if (this.caller !== undefined) writeAddress(writer, field1, this.caller);
    writer.bytes(field2, this.argument);
    if (this.generation === "v2") {
      writer.uint32(v2Flag);
      writer.uint32(1);
    }
  }
}

/** A message that is delivered later. */
export class DelayedMessage extends Message {
  readonly target: Address;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  readonly token: string | undefined;

  constructor(
    target: Address,
    caller: Address | undefined,
    argument: Uint8Array,
    generation: Generation,
    dueAt: number,
    token: string | undefined,
  ) {
    super(caller, argument, generation);
    this.target = target;
    this.dueAt = dueAt;
    this.token = token;
  }

  protected override write(writer: WireWriter): void {
    super.write(writer);
    writeAddress(writer, targetField, this.target);
    if (this.token !== undefined) writer.string(tokenField, this.token);
  }
}

interface Fields {
  caller: Address | undefined;
  argument: Uint8Array;
  generation: Generation;
  target: Address | undefined;
  token: string | undefined;
}

function readFields(bytes: Uint8Array): Fields {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  const fields: Fields = {
    caller: undefined,
    argument: bytes.subarray(0, 0),
    generation: "v3",
    target: undefined,
    token: undefined,
  };
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) fields.caller = readAddress(reader, end);
    else if (fieldTag === field2) fields.argument = reader.copy(end);
    else if (fieldTag === v2Flag) fields.generation = reader.uint32(end) === 1 ? "v2" : "v3";
    else if (fieldTag === targetField) fields.target = readAddress(reader, end);
    else if (fieldTag === tokenField) fields.token = reader.string(end);
    else reader.skip(fieldTag, end);
  }
  return fields;
}

/** Decodes the entry of a message, for a function of the generation `as`; its own generation when that is missing. */
export function decodeMessage(key: string, bytes: Uint8Array, as?: Generation): Message {
  const { caller, argument, generation } = readFields(bytes);
  const message = new Message(caller, argument, generation).as(as ?? generation);
  message.key = key;
  return message;
}

/** Decodes the entry of a delayed message. */
export function decodeDelayed(key: string, dueAt: number, bytes: Uint8Array): DelayedMessage {
  const { caller, argument, generation, target, token } = readFields(bytes);
  if (target === undefined) throw new Error(`The delayed message at ${JSON.stringify(key)} has no target.`);
  const message = new DelayedMessage(target, caller, argument, generation, dueAt, token);
  message.key = key;
  return message;
}
