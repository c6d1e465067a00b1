// FromFunction bytes → the effects of a function, or the states that it asks the engine to register. Values stay
// unopened.

import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { describe, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { none } from "../model/append.js";
import { type Expiration, type ExpireMode, noExpiration } from "../model/expiration.js";
import type {
  Cancellation,
  DelayedMessage,
  Effects,
  EgressMessage,
  Mutation,
  OutgoingMessage,
  ValueSpec,
} from "../model/invocation.js";
import { readAddress } from "./address.js";
import { type BatchEnd, endField, readBatchEnd } from "./batch-end.js";

/** A function's answer: its effects and perhaps how its messages ended, or (v3) the states that the request lacked. */
export type Response =
  | { readonly effects: Effects<Uint8Array>; readonly end: BatchEnd | undefined }
  | { readonly missing: readonly ValueSpec[] };

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);
const field4 = tag(4, delimited);
const varint1 = tag(1, varint);
const varint2 = tag(2, varint);
const varint10 = tag(10, varint);
const field11 = tag(11, delimited);
const resultField = tag(100, delimited);
const incompleteField = tag(101, delimited);
const modes: readonly ExpireMode[] = ["none", "after-write", "after-call"];

const noEffects: Effects<Uint8Array> = { mutations: none, messages: none, delayed: none, egresses: none };

/** Decodes an answer. Its values are views of the bytes. Throws RESPONSE_MALFORMED. */
export function decodeResponse(bytes: Uint8Array): Response {
  try {
    const reader = new WireReader(bytes);
    const end = bytes.length;
    let effects = noEffects;
    let missing: readonly ValueSpec[] | undefined;
    let batchEnd: BatchEnd | undefined;
    while (reader.pos < end) {
      const fieldTag = reader.tag(end);
      if (fieldTag === resultField) {
        effects = readResult(reader, end);
        missing = undefined; // the two are a oneof: the last one counts
      } else if (fieldTag === incompleteField) missing = readMissing(reader, end);
      else if (fieldTag === endField) batchEnd = readBatchEnd(reader, end);
      else reader.skip(fieldTag, end);
    }
    return missing === undefined ? { effects, end: batchEnd } : { missing };
  } catch (error) {
    throw new StatefunError("RESPONSE_MALFORMED", `The answer is not a FromFunction message: ${describe(error)}.`, {
      cause: error,
    });
  }
}

function readResult(reader: WireReader, outerEnd: number): Effects<Uint8Array> {
  const end = reader.endOfField(outerEnd);
  const mutations: Mutation<Uint8Array>[] = [];
  const messages: OutgoingMessage<Uint8Array>[] = [];
  const delayed: (DelayedMessage<Uint8Array> | Cancellation)[] = [];
  const egresses: EgressMessage<Uint8Array>[] = [];
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) mutations.push(readMutation(reader, end));
    else if (fieldTag === field2) messages.push(readMessage(reader, end));
    else if (fieldTag === field3) delayed.push(readDelayed(reader, end));
    else if (fieldTag === field4) egresses.push(readEgress(reader, end));
    else reader.skip(fieldTag, end);
  }
  return { mutations, messages, delayed, egresses };
}

function readMutation(reader: WireReader, outerEnd: number): Mutation<Uint8Array> {
  const end = reader.endOfField(outerEnd);
  let modify = false;
  let name = "";
  let packed: Uint8Array | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === varint1) modify = reader.uint32(end) === 1;
    else if (fieldTag === field2) name = reader.name(end);
    else if (fieldTag === field3) packed = readPacked(reader, end);
    else reader.skip(fieldTag, end);
  }
  if (modify && packed === undefined) throw new Error(`the state "${name}" is to be written without a value`);
  return { name, value: modify ? packed : undefined };
}

function readMessage(reader: WireReader, outerEnd: number): OutgoingMessage<Uint8Array> {
  const end = reader.endOfField(outerEnd);
  let target: Address | undefined;
  let argument: Uint8Array | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) target = readAddress(reader, end);
    else if (fieldTag === field2) argument = readPacked(reader, end);
    else reader.skip(fieldTag, end);
  }
  return { target: present(target, "target"), argument: present(argument, "argument") };
}

function readDelayed(reader: WireReader, outerEnd: number): DelayedMessage<Uint8Array> | Cancellation {
  const end = reader.endOfField(outerEnd);
  let delayMs = 0n;
  let target: Address | undefined;
  let argument: Uint8Array | undefined;
  let cancel = false;
  let token = "";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === varint1) delayMs = reader.varint64(end);
    else if (fieldTag === field2) target = readAddress(reader, end);
    else if (fieldTag === field3) argument = readPacked(reader, end);
    else if (fieldTag === varint10) cancel = reader.bool(end);
    else if (fieldTag === field11) token = reader.string(end);
    else reader.skip(fieldTag, end);
  }
  if (cancel) {
    if (token === "") throw new Error("a cancellation names no token");
    return { cancel: token };
  }
  if (delayMs < 0n) throw new Error(`a message's delay is ${delayMs} ms`);
  return {
    // A delay of more than 285,000 years is cut: a double can't hold a larger number exactly.
    delayMs: Number(delayMs > 9_000_000_000_000_000n ? 9_000_000_000_000_000n : delayMs),
    cancellationToken: token === "" ? undefined : token,
    target: present(target, "target"),
    argument: present(argument, "argument"),
  };
}

function readEgress(reader: WireReader, outerEnd: number): EgressMessage<Uint8Array> {
  const end = reader.endOfField(outerEnd);
  let namespace = "";
  let name = "";
  let argument: Uint8Array | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) namespace = reader.name(end);
    else if (fieldTag === field2) name = reader.name(end);
    else if (fieldTag === field3) argument = readPacked(reader, end);
    else reader.skip(fieldTag, end);
  }
  return { namespace, name, argument: present(argument, "argument") };
}

function readMissing(reader: WireReader, outerEnd: number): ValueSpec[] {
  const end = reader.endOfField(outerEnd);
  const missing: ValueSpec[] = [];
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) missing.push(readSpec(reader, end));
    else reader.skip(fieldTag, end);
  }
  return missing;
}

function readSpec(reader: WireReader, outerEnd: number): ValueSpec {
  const end = reader.endOfField(outerEnd);
  let name = "";
  let typename = "";
  let expiration = noExpiration;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) name = reader.name(end);
    else if (fieldTag === field2) expiration = readExpiration(reader, end);
    else if (fieldTag === field3) typename = reader.name(end);
    else reader.skip(fieldTag, end);
  }
  if (name === "") throw new Error("a state has no name");
  return { name, typename, expiration };
}

function readExpiration(reader: WireReader, outerEnd: number): Expiration {
  const end = reader.endOfField(outerEnd);
  let mode: ExpireMode = "none";
  let afterMs = 0;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === varint1) {
      const number = reader.uint32(end);
      mode = modes[number] ?? fail(`there is no expiration mode ${number}`);
    } else if (fieldTag === varint2) afterMs = Number(reader.varint64(end));
    else reader.skip(fieldTag, end);
  }
  return mode === "none" ? noExpiration : { mode, afterMs };
}

function readPacked(reader: WireReader, outerEnd: number): Uint8Array {
  const end = reader.endOfField(outerEnd);
  const packed = reader.bytes.subarray(reader.pos, end);
  reader.pos = end;
  return packed;
}

function present<T>(value: T | undefined, what: string): T {
  return value ?? fail(`a message has no ${what}`);
}

function fail(why: string): never {
  throw new Error(why);
}
