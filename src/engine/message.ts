// A message as the engine keeps it in memory, and its form in the store.

import { delimited, tag, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Address } from "../model/address.js";
import type { Generation } from "../model/invocation.js";
import { readAddress, writeAddress } from "../wire/address.js";
import { ordered, parseOrdered } from "./keys.js";
import { generationField, Packed, readGeneration } from "./packed.js";

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const targetField = tag(4, delimited);
const tokenField = tag(5, delimited);
const lifeField = tag(6, delimited);

/** A value that is encoded when its group is written. A value that is consumed before that is never encoded. */
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
  readonly value: Packed;
  /** The number of the group that it was put into; 0 when it was read from the store. */
  group = 0;
  place = -1;
  /** The key of its entry, or what the key begins with while it has a number. */
  #key = "";
  #number = -1;

  constructor(caller: Address | undefined, value: Packed) {
    this.caller = caller;
    this.value = value;
  }

  /** The key of its entry in the store while it waits. */
  get key(): string {
    return this.#number < 0 ? this.#key : this.#key + ordered(this.#number);
  }

  set key(key: string) {
    this.#key = key;
    this.#number = -1;
  }

  /** The sequence number with which the key of its entry ends. */
  get number(): number {
    return this.#number < 0 ? parseOrdered(this.#key.slice(-ordered(0).length)) : this.#number;
  }

  /** Gives its entry a key. Most messages are handled before they are written, so the key is only made for whoever asks. */
  stand(prefix: string, number: number): void {
    this.#key = prefix;
    this.#number = number;
  }

  /** The bytes that a request carries. */
  get argument(): Uint8Array {
    return this.value.bytes;
  }

  get size(): number {
    return this.value.size + overhead;
  }

  /** The same message for functions of a generation. */
  as(generation: Generation): Message {
    const value = this.value.as(generation);
    return value === this.value ? this : new Message(this.caller, value);
  }

  encode(): Uint8Array {
    const writer = new WireWriter();
    this.write(writer);
    return writer.finish();
  }

  protected write(writer: WireWriter): void {
    if (this.caller !== undefined) writeAddress(writer, field1, this.caller);
    this.value.write(writer, field2);
  }
}

/** A message that is delivered later. */
export class DelayedMessage extends Message {
  readonly target: Address;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  readonly token: string | undefined;

  constructor(target: Address, caller: Address | undefined, value: Packed, dueAt: number, token: string | undefined) {
    super(caller, value);
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

/** A record on its way to an egress. */
export class OutboxRecord extends Message {
  /** The life of the store in which the record was sent, see Sequence; undefined when an older version wrote the record. */
  readonly life: string | undefined;

  constructor(value: Packed, life: string | undefined) {
    super(undefined, value);
    this.life = life;
  }

  protected override write(writer: WireWriter): void {
    super.write(writer);
    if (this.life !== undefined) writer.string(lifeField, this.life);
  }
}

interface Fields {
  readonly caller: Address | undefined;
  readonly value: Packed;
  readonly target: Address | undefined;
  readonly token: string | undefined;
  readonly life: string | undefined;
}

function readFields(bytes: Uint8Array): Fields {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let caller: Address | undefined;
  let argument = bytes.subarray(0, 0);
  let generation: Generation = "v3";
  let target: Address | undefined;
  let token: string | undefined;
  let life: string | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) caller = readAddress(reader, end);
    else if (fieldTag === field2) argument = reader.copy(end);
    else if (fieldTag === generationField) generation = readGeneration(reader, end);
    else if (fieldTag === targetField) target = readAddress(reader, end);
    else if (fieldTag === tokenField) token = reader.string(end);
    else if (fieldTag === lifeField) life = reader.string(end);
    else reader.skip(fieldTag, end);
  }
  return { caller, value: new Packed(argument, generation), target, token, life };
}

/** Decodes the entry of a message, for a function of the generation `as`; its own generation when that is missing. */
export function decodeMessage(key: string, bytes: Uint8Array, as?: Generation): Message {
  const { caller, value } = readFields(bytes);
  const message = new Message(caller, as === undefined ? value : value.as(as));
  message.key = key;
  return message;
}

/** Decodes the entry of a record. */
export function decodeRecord(key: string, bytes: Uint8Array): OutboxRecord {
  const { value, life } = readFields(bytes);
  const record = new OutboxRecord(value, life);
  record.key = key;
  return record;
}

/** Reads only the target of a delayed message's entry: whoever looks for an address goes through very many of them. */
export function targetOfDelayed(bytes: Uint8Array): Address | undefined {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === targetField) return readAddress(reader, end);
    reader.skip(fieldTag, end);
  }
  return undefined;
}

/** Decodes the entry of a delayed message. */
export function decodeDelayed(key: string, dueAt: number, bytes: Uint8Array): DelayedMessage {
  const { caller, value, target, token } = readFields(bytes);
  if (target === undefined) throw new Error(`The delayed message at ${JSON.stringify(key)} has no target.`);
  const message = new DelayedMessage(target, caller, value, dueAt, token);
  message.key = key;
  return message;
}
